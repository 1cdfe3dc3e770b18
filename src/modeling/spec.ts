import type { SplitMethod } from '../data/hold-out.js';
import type { Input, SourceOptions } from '../data/read.js';
import type { Task, TimeFormat } from '../data/schema.js';
import type { Recipe } from '../features/recipe.js';
import type { TrainingEvent } from '../training/progress.js';

/** What a training run is asked to do. */
export interface ModelingSpec {
  /** The training table. */
  readonly data: Input;
  /** The test table; without one a part of the training table is held out. */
  readonly test?: Input | undefined;
  /** How both tables are read. */
  readonly source?: SourceOptions | undefined;
  readonly target: string;
  readonly drop: readonly string[];
  /** Columns that stay features although they would be left out. */
  readonly keep?: readonly string[] | undefined;
  /** Path of the schema file; without one the schema is inferred. */
  readonly schema?: string | undefined;
  /** Whether rows of the training table that equal an earlier one are left out. */
  readonly dropDuplicates?: boolean | undefined;
  /** Columns that rows are held out by. */
  readonly timeColumn?: string | undefined;
  readonly groupColumn?: string | undefined;
  readonly task: Task | 'auto';
  readonly timeFormats: Readonly<Record<string, TimeFormat>>;
  readonly testShare: number;
  readonly split: SplitMethod;
  readonly algorithm: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  /** Choices that are laid over the algorithm's default recipe. */
  readonly recipe: Readonly<Record<string, string | undefined>>;
  /** A recipe of the user's own instead. */
  readonly steps?: Recipe | undefined;
  readonly seed: number;
  readonly workers: number | undefined;
  readonly experiment: string;
  readonly name?: string | undefined;
  readonly parentId?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** What happens while a model is made; the command decides how it is shown. */
export type ModelingEvent =
  | { readonly kind: 'reading'; readonly input: string }
  | { readonly kind: 'run'; readonly id: string; readonly name: string }
  | { readonly kind: 'preparing'; readonly rows: number; readonly columns: number }
  | { readonly kind: 'fitting'; readonly algorithm: string; readonly rows: number; readonly features: number }
  | TrainingEvent
  | { readonly kind: 'certifying'; readonly rows: number }
  | { readonly kind: 'evaluating'; readonly rows: number };

export type OnModelingEvent = (event: ModelingEvent) => void;

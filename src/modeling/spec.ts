import type { FoldMethod } from '../data/fold-methods.js';
import type { SplitMethod } from '../data/hold-out.js';
import type { Input, SourceOptions } from '../data/read.js';
import type { Task, TimeFormat } from '../data/schema.js';
import type { Recipe } from '../features/recipe.js';
import type { Calibration } from '../training/calibration.js';
import type { TrainingEvent } from '../training/progress.js';
import type { ThresholdRule } from './threshold-rule.js';

/** The algorithm name that stands for the best of all. */
export const AUTO = 'auto';

/** A search for better parameters. */
export interface SearchSpec {
  readonly method: 'random' | 'halving';
  /** How many sets of parameters are tried, over all algorithms; as many as the time allows when not given. */
  readonly trials?: number | undefined;
  /** What is drawn, by parameter, as parseDimension reads it; the algorithm's own space when it is empty. */
  readonly space: Readonly<Record<string, string>>;
}

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
  /** One of ALGORITHMS, or `auto`: the best of those that there are. */
  readonly algorithm: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  /** Choices that are laid over the algorithm's default recipe. */
  readonly recipe: Readonly<Record<string, string | undefined>>;
  /** A recipe of the user's own instead. */
  readonly steps?: Recipe | undefined;
  /** Into how many folds the training rows are dealt to judge by; 1: one part of them is held out for that. */
  readonly cv?: number | undefined;
  readonly cvMethod?: FoldMethod | undefined;
  /** How probabilities are made to mean what they say; not at all when not given. */
  readonly calibrate?: Calibration['method'] | undefined;
  /** From which probability on the last of two classes is predicted; the larger of both when not given. */
  readonly threshold?: ThresholdRule | undefined;
  /** Whether the run keeps a report: curves, intervals, slices, explanations. */
  readonly report?: boolean | undefined;
  /** What trials are judged by; the primary metric of the task when not given. */
  readonly metric?: string | undefined;
  readonly search?: SearchSpec | undefined;
  /** After so many seconds no trial is begun, and the one at work is stopped. */
  readonly timeBudgetSeconds?: number | undefined;
  /** An interrupted run whose finished trials are taken over: id, beginning of it, or name. */
  readonly resume?: string | undefined;
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
  | {
      readonly kind: 'fold';
      readonly algorithm: string;
      readonly done: number;
      readonly total: number;
      /** Of the fold that is done. */
      readonly score: { readonly metric: string; readonly value: number };
    }
  | {
      readonly kind: 'trial';
      readonly algorithm: string;
      readonly done: number;
      /** Null where the time decides. */
      readonly total: number | null;
      /** Null for a trial that failed. */
      readonly score: number | null;
      /** The best score so far; null while there is none. */
      readonly best: number | null;
      readonly metric: string;
    }
  | { readonly kind: 'certifying'; readonly rows: number }
  | { readonly kind: 'evaluating'; readonly rows: number }
  /** Report: intervals, slices and explanations of held-out rows. */
  | { readonly kind: 'reporting'; readonly rows: number };

export type OnModelingEvent = (event: ModelingEvent) => void;

/** What a trainer tells while it works. */
export type TrainingEvent =
  | {
      readonly kind: 'trees';
      readonly done: number;
      readonly total: number;
      /** The score so far, where the trainer measures one. */
      readonly score?: { readonly metric: string; readonly value: number };
    }
  | { readonly kind: 'warning'; readonly message: string };

export type OnTrainingEvent = (event: TrainingEvent) => void;

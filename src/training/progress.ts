/** What a trainer tells while it works. */
export type TrainingEvent =
  | { readonly kind: 'trees'; readonly done: number; readonly total: number }
  | { readonly kind: 'warning'; readonly message: string };

export type OnTrainingEvent = (event: TrainingEvent) => void;

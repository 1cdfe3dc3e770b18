/** The names under which a run keeps its report. */
export const REPORT_ARTIFACTS = {
  /** The page. */
  page: 'report.html',
  /** The {@link TrainingReport} as JSON. */
  data: 'report.json',
  /** The model card. */
  card: 'model_card.md',
} as const;

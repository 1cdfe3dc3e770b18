export const FOLD_METHODS = ['auto', 'kfold', 'stratified', 'time', 'group'] as const;
/** How rows are dealt into folds; `auto` follows how rows are held out. */
export type FoldMethod = (typeof FOLD_METHODS)[number];

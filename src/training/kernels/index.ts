/*
 * The innermost loops of the trainers as WebAssembly. This folder is AssemblyScript (typed TypeScript syntax over raw
 * memory), compiled by the build into dist/training/kernels.wasm; see training/kernels.ts for how it is loaded.
 * All addresses are bytes from the start of the shared memory.
 */
export * from './boosting-bins';
export * from './boosting-histogram';
export * from './boosting-loss';
export * from './boosting-rows';
export * from './boosting-scan';
export * from './tree-shap';
export * from './forest';
export { interleave } from './interleave';
export { rankColumn } from './rank-column';

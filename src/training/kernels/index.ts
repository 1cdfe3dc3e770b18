/*
 * The innermost loops of the trainers as WebAssembly. This folder is AssemblyScript (typed TypeScript syntax over raw
 * memory), compiled by the build into dist/training/kernels.wasm; see training/kernels.ts for how it is loaded.
 * All addresses are bytes from the start of the shared memory.
 */
export * from './forest';
export * from './gradient-histogram';
export { rankColumn } from './rank-column';

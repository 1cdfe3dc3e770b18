export type { ModelVersion, RegistryEvent, RegistryEventKind, Stage } from '../store/registry-records.js';

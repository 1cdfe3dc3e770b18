export type { MetricStep, RunRecord, RunStatus } from '../store/run-records.js';

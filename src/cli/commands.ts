import {
  abtestReportSpec,
  abtestStartSpec,
  abtestStatusSpec,
  abtestStopSpec,
} from '../commands/abtest/spec.js';
import type { CommandGroupSpec, CommandSpec } from '../commands/command.js';
import { completionSpec } from '../commands/completion/spec.js';
import { configSpec } from '../commands/config/spec.js';
import { demoSpec } from '../commands/demo/spec.js';
import { doctorSpec } from '../commands/doctor/spec.js';
import { driftSpec } from '../commands/drift/spec.js';
import { feedbackSpec } from '../commands/feedback/spec.js';
import { initSpec } from '../commands/init/spec.js';
import {
  modelsAtSpec,
  modelsCardSpec,
  modelsHistorySpec,
  modelsListSpec,
  modelsShowSpec,
  modelsVerifySpec,
} from '../commands/models/spec.js';
import { predictSpec } from '../commands/predict/spec.js';
import { preprocessSpec } from '../commands/preprocess/spec.js';
import { promoteSpec } from '../commands/promote/spec.js';
import { registerSpec } from '../commands/register/spec.js';
import { retrainSpec } from '../commands/retrain/spec.js';
import { rollbackSpec } from '../commands/rollback/spec.js';
import {
  runsCompareSpec,
  runsDeleteSpec,
  runsListSpec,
  runsReportSpec,
  runsRestoreSpec,
  runsShowSpec,
} from '../commands/runs/spec.js';
import { serveSpec } from '../commands/serve/spec.js';
import { trainSpec } from '../commands/train/spec.js';
import { FORMATS } from './formats.js';
import { SHARED_OPTIONS } from './shared-options.js';

export const COMMAND_GROUPS: readonly CommandGroupSpec[] = [
  { name: 'runs', group: 'Look at runs and models', summary: 'list, show and compare training runs' },
  {
    name: 'models',
    group: 'Look at runs and models',
    summary: 'list and show model versions and their history',
  },
  { name: 'abtest', group: 'Keep it honest', summary: 'compare two versions on live traffic' },
];

export const COMMANDS: readonly CommandSpec[] = [
  initSpec,
  demoSpec,
  preprocessSpec,
  trainSpec,
  predictSpec,
  runsListSpec,
  runsShowSpec,
  runsCompareSpec,
  runsReportSpec,
  runsDeleteSpec,
  runsRestoreSpec,
  modelsListSpec,
  modelsShowSpec,
  modelsHistorySpec,
  modelsAtSpec,
  modelsVerifySpec,
  modelsCardSpec,
  registerSpec,
  promoteSpec,
  serveSpec,
  feedbackSpec,
  driftSpec,
  abtestStartSpec,
  abtestStatusSpec,
  abtestReportSpec,
  abtestStopSpec,
  rollbackSpec,
  retrainSpec,
  doctorSpec,
  configSpec,
  completionSpec(async () => ({
    specs: COMMANDS,
    groups: COMMAND_GROUPS,
    shared: SHARED_OPTIONS,
    formats: FORMATS,
  })),
];

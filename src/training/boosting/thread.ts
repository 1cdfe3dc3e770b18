import { dismiss, follow, lead, takeSeat } from './crew.js';
import { type BoostingJob, type BoostingResult, boost } from './rounds.js';
import { createWork } from './tasks.js';

/** Takes part in boosting on this thread: the first that comes leads and tells the results, the others work along. */
export function boostTogether(job: BoostingJob, tell: (result: BoostingResult) => void): void {
  const { layout, settings } = job;
  const control = new Int32Array(layout.memory.buffer, layout.at.control, 16);
  const work = createWork({ ...settings, layout });
  if (takeSeat(control) > 0) {
    follow(control, work);
    return;
  }
  try {
    for (const result of boost(job, lead(control, work))) tell(result);
  } finally {
    dismiss(control);
  }
}

import { html, shownText } from '../../html.js';
import { page } from '../page.js';
import { curvesSection } from './curves-section.js';
import { dataSection } from './data-section.js';
import { headMarkup } from './head.js';
import { importanceSection } from './importance-section.js';
import { sectionMarkup } from './layout.js';
import { leaderboardSection } from './leaderboard-section.js';
import { learningSection } from './learning-section.js';
import { metricsSection } from './metrics-section.js';
import { regressionSection } from './regression-section.js';
import type { TrainingReport } from './report.js';
import { runSection } from './run-section.js';
import { slicesSection } from './slices-section.js';
import { TRAINING_STYLE } from './training-style.js';

/**
 * A training run as one HTML page by itself: the same report gives the same bytes. Parts that the report lacks are left
 * out; of very long lists the page shows the first and says so.
 */
export function trainingPage(report: TrainingReport): string {
  const sections = [
    metricsSection(report),
    curvesSection(report),
    regressionSection(report),
    slicesSection(report),
    importanceSection(report),
    learningSection(report),
    leaderboardSection(report),
    dataSection(report),
    runSection(report),
  ].filter((section) => section !== null);
  const links = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  const body = html`${headMarkup(report)}
<main><nav class="jump" aria-label="Parts of the report"><ul>${links}</ul></nav>${sections.map(sectionMarkup)}</main>
<footer><p>Figures are those of the held-out rows unless said otherwise. Intervals say how far a figure may be off by the chance of which rows were held out.</p></footer>`;
  return page({ title: `${shownText(report.run.name)} – training report`, body, style: TRAINING_STYLE });
}

/** Colours that stay apart for the colour-blind (after M. Okabe & K. Ito, "Color universal design", 2008). */
const LIGHT = `
  --l0: #0064a8; --l1: #c8501e; --l2: #00805f; --l3: #a9478a; --l4: #8a6400; --l5: #2a8fc7; --quiet: #c3cbd6;
  --good: #00704f; --good-bg: #e2f4ec; --low: #2166ac; --middle: #b9b4c4; --high: #d1461f; --code: #f1f4f8;
`;

const DARK = `
  --l0: #6cb2ee; --l1: #ff9d66; --l2: #55c9a0; --l3: #e39acb; --l4: #d9b64c; --l5: #a4d8f5; --quiet: #46525f;
  --good: #7bdcb5; --good-bg: #16342a; --low: #62a8ee; --middle: #6c6878; --high: #ff8552; --code: #121820;
`;

const DASHES = ['none', '7 3', '2 3', '9 3 2 3', '4 2', '12 3'];

const LINES = DASHES.map(
  (dashes, index) =>
    `.l${index} { stroke: var(--l${index}); stroke-dasharray: ${dashes}; } .a${index} { fill: var(--l${index}); } .i${index} path { stroke: var(--l${index}); } .i${index} circle { fill: var(--l${index}); }`,
).join('\n');

const SHADES = Array.from(
  { length: 11 },
  (_, index) => `.k${index} { --share: ${(index * 0.07).toFixed(2)}; }`,
).join(' ');
const HEXAGONS = [0.18, 0.36, 0.55, 0.77, 1]
  .map((opacity, index) => `.h${index} { fill-opacity: ${opacity}; }`)
  .join(' ');

/** From low to high by way of grey, in eight steps. */
const RAMP = Array.from({ length: 8 }, (_, index) => {
  const [from, to] = index < 4 ? ['low', 'middle'] : ['middle', 'high'];
  const share = index < 4 ? 100 - index * 28 : 100 - (index - 3) * 25;
  return `.q${index} { stroke: color-mix(in srgb, var(--${from}) ${share}%, var(--${to})); }`;
}).join(' ');

/** What the page of a training run has beyond the look of all reports. */
export const TRAINING_STYLE = `
:root { ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
.verdict { list-style: none; margin: 1rem 0 0; padding: .5rem 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.verdict li { display: flex; gap: .7rem; padding: .3rem 1rem; align-items: baseline; overflow-wrap: anywhere; } .verdict li > span:last-child { min-width: 0; }
.mark-sign { flex: none; width: 1.35rem; height: 1.35rem; line-height: 1.35rem; text-align: center; border-radius: 50%; font-weight: 700; font-size: .85rem; color: var(--soft); background: var(--faint); }
.good .mark-sign { color: var(--good); background: var(--good-bg); } .warn .mark-sign { color: var(--warn); background: var(--warn-bg); }
.facts .words { font-size: 1.1rem; line-height: 1.9rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.jump ul { display: flex; flex-wrap: wrap; gap: .35rem; list-style: none; margin: 1.25rem 0 0; padding: 0; font-size: .87rem; }
.jump a { display: block; padding: .2rem .7rem; border: 1px solid var(--line); border-radius: 99px; background: var(--card); }
.parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(380px, 100%), 1fr)); gap: 1rem; align-items: stretch; }
.columns { grid-column: 1 / -1; columns: 380px; column-gap: 1rem; } .columns > .card { margin-bottom: 1rem; }
.parts > .wide { grid-column: 1 / -1; }
.card h3 { font-size: 1rem; margin: 0 0 .15rem; } .card h3 + .soft { margin: 0 0 .7rem; } .card h4 { font-size: .87rem; margin: .9rem 0 .2rem; }
.card figure { max-width: 500px; margin: 0 auto; } .wide figure { max-width: none; }
.swatch { display: inline-block; width: 24px; height: 8px; flex: none; } .key:has(.swatch) { max-width: 100%; }
.ln { fill: none; stroke-width: 2; stroke-linejoin: round; } .lq { stroke: var(--quiet); stroke-width: 1; } .pts { stroke-width: 5.5; stroke-linecap: round; stroke-dasharray: none; opacity: .75; }
${LINES}
.area { stroke: none; fill-opacity: .12; }
.iv path { stroke-width: 1.4; opacity: .75; } .iv circle { stroke: var(--card); stroke-width: 1; }
.ref { fill: none; stroke: var(--soft); stroke-width: 1.2; stroke-dasharray: 4 4; } .mark { stroke: var(--ink); stroke-width: 1.2; } .mark-name { font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.hex { fill: var(--l0); } ${HEXAGONS}
.boxes .box { fill: var(--bar); } .boxes .whisker { stroke: var(--soft); stroke-width: 1.3; } .boxes .median { stroke: var(--ink); stroke-width: 2; }
.figures { font-size: .87rem; } .figures caption, .confusion caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.figures th, .figures td { padding: .28rem .8rem .28rem 0; border-bottom: 1px solid var(--faint); vertical-align: middle; } .figures tr > :last-child { padding-right: 0; }
.figures thead th { color: var(--soft); font-size: .78rem; white-space: nowrap; } .figures tbody tr:last-child > * { border-bottom: 0; }
.figures .num { text-align: right; white-space: nowrap; } .figures .drawn { width: 28%; min-width: 80px; } .figures tbody th { overflow-wrap: anywhere; min-width: 8.5rem; } .figures small { display: block; color: var(--soft); font-size: .78rem; } .figures .marked > th { font-weight: 600; } .figures .marked > th small { font-weight: 400; }
.chip.warn { background: var(--warn-bg); color: var(--warn); font-weight: 400; } .chip { font-weight: 400; }
.ib { display: block; position: relative; height: 14px; min-width: 60px; } .ib i { position: absolute; top: 0; bottom: 0; } .ib .fill { background: var(--bar); border-radius: 2px; top: 1px; bottom: 1px; } .ib .to { border-left: 1.3px dashed var(--soft); margin-left: -.6px; top: -5px; bottom: -5px; }
.ib .range { background: var(--l0); opacity: .3; top: 4px; bottom: 4px; border-radius: 3px; min-width: 2px; } .ib .fill ~ .range { background: var(--ink); opacity: .8; top: 6.2px; bottom: 6.2px; border-radius: 0; } .ib .dot { width: 7px; height: 7px; top: 3.5px; bottom: auto; margin-left: -3.5px; border-radius: 50%; background: var(--l0); } .ib.marked .dot, .ib.marked .range { background: var(--over); }
.over-each-other { display: grid; } .over-each-other > * { grid-area: 1 / 1; opacity: .75; }
.confusion { font-size: .92rem; border-collapse: separate; border-spacing: 3px; } .confusion th { padding: .2rem .4rem; font-size: .82rem; overflow-wrap: anywhere; } .confusion thead th { text-align: center; } .confusion thead th:first-child { text-align: left; white-space: nowrap; font-size: .75rem; } .confusion small { display: block; font-size: .75rem; } .confusion th small { color: var(--soft); }
.confusion td { position: relative; text-align: center; padding: .65rem .4rem; border-radius: 5px; border: 1px solid var(--line); z-index: 0; } .confusion td::before { content: ""; position: absolute; inset: 0; border-radius: 4px; opacity: var(--share); background: var(--pos); z-index: -1; } .confusion td.wrong::before { background: var(--neg); } .confusion b { font-weight: 600; }
.confusion.narrow td { padding: .3rem .2rem; font-size: .78rem; } .confusion.narrow th { font-size: .74rem; }
${SHADES}
.shap .drawn { width: 62%; padding-top: 0; padding-bottom: 0; } .shap .ib { height: 6px; } .shap .ib .fill { top: 0; bottom: 0; } .swarm path { fill: none; stroke-width: 3.4; stroke-linecap: round; opacity: .85; } .swarm .mid { stroke: var(--line); stroke-width: 1.2; opacity: 1; } .swarm .qn { stroke: var(--soft); }
${RAMP}
.legend { display: flex; gap: .5rem; align-items: center; flex-wrap: wrap; } .ramp { width: 90px; height: 8px; border-radius: 4px; background: linear-gradient(90deg, var(--low), var(--middle), var(--high)); } .key i.none { background: var(--soft); border-radius: 50%; width: 8px; height: 8px; }
.worst { margin: .3rem 0 .6rem; padding-left: 1.3rem; } .worst li { padding: .1rem 0; overflow-wrap: anywhere; }
.pairs { margin: 0; font-size: .87rem; } .pairs div { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: .8rem; padding: .2rem 0; border-bottom: 1px solid var(--faint); } .pairs div:last-child { border-bottom: 0; } .pairs dt { color: var(--soft); overflow-wrap: anywhere; } .pairs dd { margin: 0; overflow-wrap: anywhere; }
ul.plain { margin: .2rem 0; padding-left: 1.1rem; font-size: .87rem; overflow-wrap: anywhere; }
pre { margin: 0; padding: .7rem .9rem; background: var(--code); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; } code { font: .85em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
details { margin-top: .6rem; font-size: .87rem; } summary { cursor: pointer; color: var(--link); }
@media (max-width: 720px) { .parts { grid-template-columns: minmax(0, 1fr); } .figures th, .figures td { padding-right: .5rem; } .figures tbody th { min-width: 7.2rem; } .figures .num { white-space: normal; } .figures .spare { display: none; } .verdict li { padding: .3rem .8rem; } .pairs div { grid-template-columns: 6.5rem minmax(0, 1fr); } .shap tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; border-bottom: 1px solid var(--faint); } .shap thead { display: none; } .shap th, .shap td { border: 0; } .shap .drawn { grid-row: 2; grid-column: 1 / -1; width: auto; } .shap tbody td.num { padding-right: 0; } }
@media print { :root { ${LIGHT} } .jump, details { display: none; } .parts { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .6rem; } .parts.tables { grid-template-columns: minmax(0, 1fr); } .facts { grid-template-columns: repeat(5, 1fr); } h2 { break-after: avoid; margin-top: 1.2rem; } .card { margin: 0; padding: .7rem .8rem; } .verdict, .figures tr { break-inside: avoid; } .scroll { overflow: visible; } }
@page { margin: 13mm; }
`;

const LIGHT = `
  --page: #f4f6f9; --card: #fff; --ink: #18212f; --soft: #5b6778; --line: #e2e7ee; --faint: #eef1f5;
  --bar: #8fb0d9; --over: #c8501e; --link: #1f5fa8; --warn: #8a5a00; --warn-bg: #fff4dc;
  --pos: #2f74c0; --neg: #c8501e; --hover: #18212f12;
  --s0: #8fb0d9; --s1: #e8a15c; --s2: #7dbfa0; --s3: #c58bb8; --s4: #d8c25a; --s5: #8a8fce; --s6: #b9c0ca;
`;

const DARK = `
  --page: #10151c; --card: #181f29; --ink: #e4e9f0; --soft: #9aa7b8; --line: #2b3644; --faint: #212a36;
  --bar: #4d78ad; --over: #ff9d66; --link: #86b8f2; --warn: #ffd27a; --warn-bg: #3a2f14;
  --pos: #5b9de0; --neg: #f08a55; --hover: #ffffff14;
  --s0: #4d78ad; --s1: #c07a35; --s2: #4d9474; --s3: #9c6390; --s4: #a8943a; --s5: #6a70b3; --s6: #5c6674;
`;

/** The look of a report: light and dark as the reader's system has it, wide, narrow and on paper. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums; }
header, main, footer { max-width: 1360px; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; letter-spacing: -.01em; }
h3 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .4rem 0; } a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
[hidden] { display: none !important; }
ul.examples { margin: .3rem 0; padding-left: 1.1rem; font-size: .87rem; overflow-wrap: anywhere; }
.soft { color: var(--soft); } .small { font-size: .85rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: .75rem; margin: 1.25rem 0 0; padding: 0; }
.facts div, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.facts div { padding: .7rem .95rem; min-width: 0; }
.facts dt { color: var(--soft); font-size: .8rem; } .facts dd { margin: 0; font-size: 1.35rem; font-weight: 600; letter-spacing: -.01em; overflow-wrap: anywhere; }
.facts dd small { display: block; font-size: .8rem; font-weight: 400; color: var(--soft); letter-spacing: 0; }
.alerts .more { grid-column: 1 / -1; }
.alerts { display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: .5rem; margin: 0; padding: 0; list-style: none; }
.alerts li { background: var(--card); border: 1px solid var(--line); border-left: 3px solid var(--over); border-radius: 6px; padding: .4rem .75rem; font-size: .9rem; overflow-wrap: anywhere; }
.alerts b { font-weight: 600; }
.split { display: grid; grid-template-columns: 330px minmax(0, 1fr); gap: 1.25rem; align-items: start; }
.list { position: sticky; top: 1rem; max-height: calc(100vh - 2rem); display: flex; flex-direction: column; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.search { padding: .6rem; border-bottom: 1px solid var(--line); }
.search input { width: 100%; font: inherit; padding: .35rem .6rem; border: 1px solid var(--line); border-radius: 6px; background: var(--page); color: inherit; }
.scroll { overflow: auto; }
table { border-collapse: collapse; width: 100%; } th { font-weight: 400; text-align: left; }
.list thead th { position: sticky; top: 0; background: var(--card); box-shadow: inset 0 -1px var(--line); color: var(--soft); font-size: .78rem; padding: .4rem .5rem; white-space: nowrap; z-index: 1; }
.list th button { all: unset; cursor: pointer; } .list th button:hover { color: var(--ink); } .list th button:focus-visible { outline: 2px solid var(--link); border-radius: 3px; }
th[aria-sort=ascending] button::after { content: " ↑"; } th[aria-sort=descending] button::after { content: " ↓"; }
.list td, .list tbody th { padding: .28rem .5rem; font-size: .87rem; border-bottom: 1px solid var(--faint); }
.list table { table-layout: fixed; } .list .m { width: 4.3rem; } .list .s { width: 6.7rem; } .list tbody th { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .list tbody tr:hover { background: var(--faint); }
.list td { white-space: nowrap; } .list .num { text-align: right; white-space: nowrap; } .list thead .num { text-align: right; }
.meter { display: inline-block; width: 46px; height: 6px; border-radius: 3px; background: var(--faint); vertical-align: middle; overflow: hidden; margin-right: .35rem; } .meter i { display: block; height: 100%; background: var(--over); }
.cards { display: grid; gap: 1rem; min-width: 0; }
.card { padding: 1rem 1.15rem; break-inside: avoid; min-width: 0; }
.card > header { all: unset; display: flex; flex-wrap: wrap; gap: .3rem .6rem; align-items: baseline; margin-bottom: .6rem; }
.chip { font-size: .75rem; padding: .05rem .5rem; border-radius: 99px; background: var(--faint); color: var(--soft); white-space: nowrap; }
.chip.target { background: var(--over); color: var(--card); } .push { margin-left: auto; white-space: nowrap; }
.note { margin: 0 0 .6rem; font-size: .85rem; color: var(--warn); background: var(--warn-bg); border-radius: 6px; padding: .2rem .6rem; overflow-wrap: anywhere; }
.two { display: grid; grid-template-columns: minmax(0, 1.45fr) minmax(0, 1fr); gap: 1.5rem; align-items: start; }
.two.levelled { grid-template-columns: minmax(0, 2.6fr) minmax(0, 1fr); } .levelled .stats { columns: 1; } .two.short { grid-template-columns: minmax(0, 1.9fr) minmax(0, 1fr); } .short .stats { columns: 2; column-gap: 1.1rem; }
.stats.one { columns: 1; }
.cycles { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem 1.5rem; margin-top: .75rem; }
figure { margin: 0; } figcaption { display: flex; flex-wrap: wrap; gap: .1rem .9rem; font-size: .8rem; color: var(--soft); margin-top: .25rem; } figcaption > span:not(.key) { flex-basis: 100%; }
.key { display: inline-flex; gap: .4rem; align-items: center; } .key i { width: 12px; height: 9px; border-radius: 2px; } .key i.l { height: 2px; border-radius: 0; background: var(--over); } .key i.d { height: 0; border-top: 1.5px dashed var(--over); opacity: .7; }
.stats { columns: 2; column-gap: 1.25rem; font-size: .87rem; margin: 0; } .stats div { display: flex; justify-content: space-between; gap: .6rem; border-bottom: 1px solid var(--faint); padding: .13rem 0; break-inside: avoid; }
.stats dt { color: var(--soft); white-space: nowrap; } .stats dd { margin: 0; text-align: right; white-space: nowrap; }
.levels { font-size: .87rem; table-layout: fixed; } .levels th, .levels td { padding: .16rem .5rem .16rem 0; border-bottom: 1px solid var(--faint); } .levels thead th { color: var(--soft); font-size: .78rem; }
.levels tbody th { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .levels .rest th { color: var(--soft); font-style: italic; }
.levels .num { text-align: right; white-space: nowrap; width: 5.2rem; padding-right: 1rem; } .levels .num:last-child { width: 4.4rem; padding-right: 0; } .levels .name { width: 32%; } .levels .dot { width: 24%; }
.track { position: relative; display: flex; height: 13px; background: var(--faint); border-radius: 3px; overflow: hidden; } .track i { background: var(--bar); height: 100%; }
.rate { display: block; position: relative; height: 13px; border-bottom: 1px solid var(--line); } .rate i { position: absolute; top: 2px; width: 9px; height: 9px; margin-left: -4.5px; border-radius: 50%; background: var(--over); } .rate b { position: absolute; top: 0; bottom: 0; border-left: 1.5px dashed var(--over); opacity: .6; }
svg { display: block; width: 100%; height: auto; } svg text { font-size: 11px; fill: var(--ink); } .ax text { fill: var(--soft); } .ax.tiny text { font-size: 8px; } .grid { stroke: var(--line); stroke-width: 1; }
.bar { fill: var(--bar); } .s0 { fill: var(--s0); background: var(--s0) !important; } .s1 { fill: var(--s1); background: var(--s1) !important; } .s2 { fill: var(--s2); background: var(--s2) !important; } .s3 { fill: var(--s3); background: var(--s3) !important; } .s4 { fill: var(--s4); background: var(--s4) !important; } .s5 { fill: var(--s5); background: var(--s5) !important; } .s6 { fill: var(--s6); background: var(--s6) !important; }
.over .ax text { fill: var(--over); } .line { fill: none; stroke: var(--over); stroke-width: 1.6; stroke-linejoin: round; } .all { stroke: var(--over); stroke-width: 1.2; stroke-dasharray: 4 4; opacity: .7; }
.dots, .few, .few-in { fill: none; stroke: var(--over); stroke-width: 5; stroke-linecap: round; } .few-in { stroke: var(--card); stroke-width: 2.6; }
.zones path { fill: transparent; } .zones path:hover { fill: var(--hover); }
.heat path.pos { fill: var(--pos); } .heat path.neg { fill: var(--neg); } .heat path.none { fill: var(--faint); fill-opacity: 1; } .heat path { stroke: var(--line); stroke-width: .5; } .heat path:hover { stroke: var(--ink); stroke-width: 1.5; } .heat text { text-anchor: middle; font-size: 10.5px; pointer-events: none; } .heat text.on { fill: var(--card); }
.heat-map { max-width: 900px; overflow-x: auto; } .heat-map svg { min-width: 520px; }
footer { padding-top: 2rem; padding-bottom: 3rem; color: var(--soft); font-size: .82rem; }
@media (max-width: 980px) { .split { grid-template-columns: minmax(0, 1fr); } .list { position: static; max-height: 22rem; } }
@media (max-width: 720px) { header, main, footer { padding-left: .9rem; padding-right: .9rem; } header { padding-top: 1.2rem; } h1 { font-size: 1.4rem; } .facts { grid-template-columns: 1fr 1fr; gap: .5rem; } .facts dd { font-size: 1.15rem; } .cycles, .two, .two.levelled, .two.short { grid-template-columns: minmax(0, 1fr); gap: .8rem; } .levelled .stats { columns: 2; } .card { padding: .85rem; } .alerts { grid-template-columns: 1fr; } .rated .wide { display: none; } svg text { font-size: 12.5px; } .heat text { font-size: 10.5px; } }
@media print { :root { color-scheme: light; ${LIGHT} --page: #fff; } body { font-size: 12px; } .list { display: none; } .split { display: block; } .card { margin-bottom: .8rem; } .facts { grid-template-columns: repeat(4, 1fr); } }
`;

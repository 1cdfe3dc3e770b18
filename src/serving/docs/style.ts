/** The look of the page: light and dark as the reader's system has it, wide and narrow. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --page: #f4f6f9; --card: #fff; --ink: #18212f; --soft: #566274; --line: #d9e0e9; --faint: #edf1f6;
  --link: #1f5fa8; --on-link: #fff; --bar: #6f9bd1; --pos: #2f74c0; --neg: #c8501e; --bad: #b3261e; --bad-bg: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --page: #10151c; --card: #181f29; --ink: #e4e9f0; --soft: #9aa7b8; --line: #2f3b4a; --faint: #222b37;
  --link: #86b8f2; --on-link: #10151c; --bar: #4d78ad; --pos: #5b9de0; --neg: #f08a55; --bad: #ffb4a9; --bad-bg: #3b1f1c; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums; }
header, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 1.75rem; } footer { padding: 1rem 1.5rem 3rem; color: var(--soft); font-size: .85rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; letter-spacing: -.015em; }
h2 { font-size: 1.1rem; margin: 0 0 .75rem; } h3 { font-size: .95rem; margin: 1.25rem 0 .35rem; }
p { margin: .35rem 0; } a { color: var(--link); } .soft { color: var(--soft); } .small { font-size: .85rem; }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: 0; padding: .75rem .9rem; overflow: auto; background: var(--faint); border-radius: 8px; max-height: 22rem; }
main > .card, main > .error { margin-top: 1.1rem; } #access label { margin-top: .8rem; max-width: 32rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem; min-width: 0; }
.bar-line { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; margin: 1.1rem 0; }
.bar-line label { flex: 0 1 auto; }
.split { display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); gap: 1.1rem; align-items: start; }
.result { position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow: auto; }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: .8rem 1rem; }
label, .label { display: block; font-size: .87rem; font-weight: 600; overflow-wrap: anywhere; }
input, select { width: 100%; font: inherit; font-weight: 400; margin-top: .15rem; padding: .4rem .55rem; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 6px; min-height: 2.4rem; }
input[aria-invalid=true], select[aria-invalid=true] { border-color: var(--bad); outline: 1px solid var(--bad); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
.hint { font-size: .78rem; color: var(--soft); margin: .15rem 0 0; overflow-wrap: anywhere; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: 1.1rem; }
button { font: inherit; font-weight: 600; padding: .45rem 1rem; border-radius: 7px; border: 1px solid var(--line); background: var(--card); color: var(--ink); cursor: pointer; }
button:hover { border-color: var(--link); } button:disabled { opacity: .6; cursor: progress; }
button.main { background: var(--link); border-color: var(--link); color: var(--on-link); } button.quiet { font-weight: 400; font-size: .82rem; padding: .15rem .6rem; }
.said { font-size: 1.9rem; font-weight: 650; letter-spacing: -.02em; line-height: 1.2; margin: .1rem 0; overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: .15rem 1.4rem; margin: .7rem 0 0; font-size: .85rem; } .facts div { display: flex; gap: .4rem; min-width: 0; } .facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; } caption { text-align: left; color: var(--soft); font-size: .85rem; padding-bottom: .4rem; }
th { text-align: left; font-weight: 400; } td, th { padding: .2rem .6rem .2rem 0; vertical-align: middle; } thead th { color: var(--soft); font-size: .78rem; }
tbody tr { border-top: 1px solid var(--faint); } .name { max-width: 13rem; overflow-wrap: anywhere; } .name b { font-weight: 600; } .name span { color: var(--soft); }
.num { text-align: right; white-space: nowrap; padding-right: 0; width: 4.8rem; }
.track { position: relative; display: block; height: 13px; background: var(--faint); border-radius: 3px; overflow: hidden; min-width: 70px; } .track i { position: absolute; top: 0; bottom: 0; background: var(--bar); border-radius: 2px; }
.track.signed::before { content: ""; position: absolute; left: 50%; top: 0; bottom: 0; border-left: 1px solid var(--soft); opacity: .5; } .track .pos { background: var(--pos); } .track .neg { background: var(--neg); } .probabilities td.wide, .moved td.wide { width: 45%; }
.error { background: var(--bad-bg); color: var(--bad); border-radius: 8px; padding: .6rem .85rem; overflow-wrap: anywhere; } .error p { margin: 0; }
.note { background: var(--faint); border-radius: 8px; padding: .6rem .85rem; font-size: .88rem; }
.snippet { display: flex; justify-content: space-between; align-items: center; margin: 1rem 0 .35rem; } .snippet h3 { margin: 0; }
section { margin-top: 1.1rem; } details { border-top: 1px solid var(--faint); } details:first-of-type { border-top: 0; } summary { cursor: pointer; padding: .4rem 0; overflow-wrap: anywhere; } summary span { color: var(--soft); margin-left: .5rem; } details pre { margin-bottom: .75rem; } .group > details { margin-left: 1.1rem; }
.verb { display: inline-block; min-width: 3.2rem; font: 600 12px ui-monospace, monospace; color: var(--soft); }
@media (max-width: 860px) { .split { grid-template-columns: minmax(0, 1fr); } .result { position: static; max-height: none; } header, main, footer { padding-left: .9rem; padding-right: .9rem; } .card { padding: .9rem; } .probabilities td.wide, .moved td.wide { width: 28%; } .track { min-width: 56px; } .num { width: 4.2rem; } .bar-line label { flex: 1 1 45%; } }
@media (max-width: 420px) { .fields { grid-template-columns: minmax(0, 1fr); } summary span { display: block; margin-left: 0; } }
`;

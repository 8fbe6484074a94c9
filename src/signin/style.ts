/**
 * The one look of every page: a calm column on a quiet ground, light or dark as the reader has it. Every pair of colours
 * has a contrast of 4.5 to 1 at least, edges of fields 3 to 1 (WCAG 2.2 AA).
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f2f4f8; --paper: #fff; --ink: #1a2230; --soft: #525d70; --line: #dde2ea; --edge: #7a8598;
  --accent: #2450c8; --on-accent: #fff; --deep: #1a3d9e; --bad: #b3261e; --bad-ground: #fdf0ef;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11151c; --paper: #1a202b; --ink: #e8ecf3; --soft: #a9b3c5; --line: #303949; --edge: #76829a;
    --accent: #9db8ff; --on-accent: #10182b; --deep: #c3d3ff; --bad: #ffb4ab; --bad-ground: #3a1d1c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; padding: 2.5rem 1rem; background: var(--ground); color: var(--ink); }
main { width: 100%; max-width: 26rem; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; }
main.wide { max-width: 48rem; }
@media (min-height: 50rem) and (min-width: 30rem) { body { padding-top: 12vh; } }
@media (max-width: 30rem) { body { padding: 0; background: var(--paper); } main { border: 0; border-radius: 0; padding: 1.75rem 1.25rem; } }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.3; letter-spacing: -.01em; text-wrap: balance; }
h2 { margin: 2rem 0 .5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); font-size: 1.05rem; line-height: 1.4; }
p { margin: 0 0 1rem; }
main > :last-child { margin-bottom: 0; }
a { color: var(--accent); text-underline-offset: .2em; }
a:hover { color: var(--deep); }
.way, button { display: block; width: 100%; min-height: 2.9rem; padding: .65rem 1rem; font: inherit; font-weight: 600; text-align: center; border: 1px solid var(--accent); border-radius: .5rem; cursor: pointer; }
.way { margin: 0 0 .75rem; text-decoration: none; }
.way, form.main button { background: var(--accent); color: var(--on-accent); }
.way:hover, form.main button:hover { background: var(--deep); border-color: var(--deep); color: var(--on-accent); }
button { margin-top: 1.25rem; background: none; color: var(--accent); }
button:hover { border-color: var(--deep); color: var(--deep); }
hr { margin: 1.75rem 0 1.5rem; border: 0; border-top: 1px solid var(--line); }
form + p { margin-top: 1.25rem; }
.field { margin: 0 0 1rem; }
label { display: block; margin-bottom: .3rem; font-weight: 600; }
input { width: 100%; min-height: 2.9rem; padding: .6rem .75rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge); border-radius: .5rem; }
input[aria-invalid] { border-color: var(--bad); box-shadow: 0 0 0 1px var(--bad); }
small { display: block; margin-top: .3rem; font-size: .875rem; color: var(--soft); }
[role=alert] { padding: .7rem .9rem; border-left: .25rem solid var(--bad); border-radius: .25rem; background: var(--bad-ground); color: var(--bad); }
.wrong { margin: .55rem 0 0; padding: .45rem .7rem; font-size: .9375rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th, td { padding: .4rem .5rem .4rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
article { padding: 1.25rem 0 .5rem; border-top: 1px solid var(--line); }
article h2 { margin: .25rem 0 .75rem; padding: 0; border: 0; }
pre { margin: 0 0 1rem; font: inherit; white-space: pre-wrap; }
:lang(ko) { word-break: keep-all; line-height: 1.65; letter-spacing: 0; }
@media (forced-colors: active) { .way, button, input, main { border: 1px solid; } }
`;

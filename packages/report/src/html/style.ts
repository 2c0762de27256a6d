/** How a report looks: on light and on dark ground, on a wide and on a narrow screen. */
import { palette, series, type Colour } from '../charts/palette.ts';

const colours: readonly Colour[] = [...Object.values(palette), ...series];

/** On dark ground the colours of the charts, which stand in the SVG's attributes, are replaced. */
const darkCharts = colours
  .flatMap(({ light, dark }) => [
    `svg [fill="${light}"]{fill:${dark}}`,
    `svg [stroke="${light}"]{stroke:${dark}}`,
  ])
  .join('\n  ');

/** The style sheet of a report. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --text: #1f2328; --faint: #59636e; --line: #d9dee3; --raised: #f6f8fa;
 
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #16191d; --text: #e3e6e9; --faint: #9aa4ae; --line: #363c43; --raised: #1f242a;
   
  }
  ${darkCharts}
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 54rem;
  background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0.5rem 0 0.25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 0.5rem; padding-bottom: 0.25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 0.25rem; }
p { margin: 0.25rem 0 0.75rem; }
.faint, figcaption, caption { color: var(--faint); font-size: 0.9rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.25rem; margin: 1rem 0; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 0.5rem 0 1rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 0.25rem; }
th, td { padding: 0.3rem 0.75rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0.25rem; }
thead th { font-weight: 600; }
tbody th { font-weight: 400; }
figure { margin: 1rem 0 1.75rem; }
figure svg { display: block; width: 100%; height: auto; max-width: 46rem; }
/* The ground of the page, in place of that which the plots have as files. */
figure svg > rect { fill: none; }
pre { background: var(--raised); padding: 0.75rem; border-radius: 6px; overflow-x: auto; font-size: 0.85rem; line-height: 1.4; }
details { margin: 0.75rem 0; }
summary { cursor: pointer; }
a { color: inherit; }
.spec { float: right; margin-left: 1rem; font-size: 0.8rem; }
@media (max-width: 40rem) {
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 0.5rem; }
  figure svg { min-width: 34rem; }
}
@media print {
  body { max-width: none; }
  details { display: none; }
}
`;

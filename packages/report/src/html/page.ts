/** A report as one page of HTML. */
import { chartSpec, type Chart } from '../charts/chart.ts';
import type { Report, Section } from '../report.ts';
import { renderSvg } from '../svg.ts';
import type { DataTable } from '../tables.ts';
import { style } from './style.ts';
import { html, Html } from './template.ts';

/** A report, drawn. */
export interface RenderedReport {
  /** The page: one file, without scripts, that fetches nothing. */
  readonly html: string;
  /** The plots by the names that their files can have, without `.svg`. */
  readonly plots: ReadonlyMap<string, string>;
}

/**
 * Draws a report: the page, and its plots as files of their own.
 *
 * @throws ChartError for a chart that cannot be drawn as it says
 */
export async function renderReport(report: Report): Promise<RenderedReport> {
  const plots = new Map<string, string>();
  for (const { charts } of report.sections)
    for (const chart of charts) plots.set(chart.id, await renderSvg(chartSpec([chart])));
  return { html: page(report, plots), plots };
}

function page(report: Report, plots: ReadonlyMap<string, string>): string {
  const { title, facts, sections } = report;
  const text = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <meta name="generator" content="chronograd" />
        <title>${title}</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="faint">${report.subtitle}</p>
        </header>
        <main>
          <dl>
            ${facts.map(
              ([name, value]) =>
                html`<dt>${name}</dt>
                  <dd>${value}</dd> `,
            )}
          </dl>
          ${sections.map((section) => sectionHtml(section, plots))}
        </main>
      </body>
    </html> `;
  return text.text;
}

function sectionHtml(
  { title, text, tables, charts, code }: Section,
  plots: ReadonlyMap<string, string>,
): Html {
  return html`<section>
    <h2>${title}</h2>
    ${text === undefined ? [] : html`<p class="faint">${text}</p> `}${tables.map(tableHtml)}${charts.map(
      (chart) => figureHtml(chart, plots.get(chart.id) ?? ''),
    )}${code.map(codeHtml)}
  </section> `;
}

function codeHtml({ title, text }: Section['code'][number]): Html {
  const pre = html`<pre>${text}</pre> `;
  if (title === undefined) return pre;
  return html`<details>
    <summary>${title}</summary>
    ${pre}
  </details> `;
}

function tableHtml({ title, head, rows }: DataTable): Html {
  return html`<div class="wide">
    <table>
      <caption>
        ${title}
      </caption>
      <thead>
        <tr>
          ${head.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name = '', ...cells]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div> `;
}

/** A plot, its words, and its document for who wants to draw it anew. */
function figureHtml(chart: Chart, svg: string): Html {
  const document = Buffer.from(JSON.stringify(chartSpec([chart]))).toString('base64');
  return html`<figure id="${chart.id}">
    <div class="wide">${new Html(svg)}</div>
    <figcaption>
      <a class="spec" download="${chart.id}.vl.json" href="data:application/json;base64,${document}"
        >Vega-Lite</a
      >
      ${chart.text}
    </figcaption>
  </figure> `;
}

/** Tables as a terminal shows them. */
import type { DataTable } from '@chronograd/report';
import Table from 'cli-table3';

/** A table without colours, its first column to the left. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const made = new Table({
    head: [...head],
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
    style: { head: [], border: [] },
  });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

/** Tables under each other; a title that several share stands once. */
export function tablesText(tables: readonly DataTable[]): string {
  return tables
    .flatMap(({ title, head, rows }, i) => [
      ...(title === tables[i - 1]?.title ? [] : [title]),
      table(head, rows),
    ])
    .join('\n');
}

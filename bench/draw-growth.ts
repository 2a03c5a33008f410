import { targets } from './report';
import type { ScalePoint } from './scale';

interface Panel {
  title: string;
  unit: string;
  measureOf(point: ScalePoint): number | undefined;
  /** A limit of Twilio, or a target. */
  most: number;
}

const panels: Panel[] = [
  { title: 'Assets', unit: 'MB', measureOf: ({ megabytes }) => megabytes, most: 195 },
  { title: 'Memory of the build', unit: 'MB', measureOf: ({ build }) => build?.memory, most: 1_000 },
  {
    title: 'Cold start',
    unit: 'compared to an empty function',
    measureOf: ({ coldStart }) => coldStart.ratio.median,
    most: targets.coldStartRatio,
  },
  {
    title: 'First lookup in a new process',
    unit: 'ms',
    measureOf: ({ firstLookup }) => firstLookup.median / 1e3,
    most: targets.firstLookupMicroseconds / 1e3,
  },
  {
    title: 'Lookup by address, warm',
    unit: 'µs',
    measureOf: ({ lookups }) => lookups.address?.median,
    most: targets.lookupMicroseconds,
  },
  {
    title: 'Memory after 30,000 lookups',
    unit: 'MB more than an empty function',
    measureOf: ({ memory }) => memory.lookups.median,
    most: targets.memoryMegabytes,
  },
];

const columns = 3;
/** A panel with its titles, and the part of it that has the lines. */
const outer = { width: 300, height: 240 };
const inner = { left: 44, top: 56, width: 232, height: 140 };
const legendHeight = 44;

/** The smallest and the largest number of customers, as powers of ten. */
const powers = { from: 2, to: 6 };
const powerNames = ['100', '1,000', '10,000', '100,000', '1 million'];

const style = `
  text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #57606a }
  .title { font-size: 14px; font-weight: 600; fill: #1f2328 }
  .value { paint-order: stroke; stroke: #ffffff; stroke-width: 5px }
  .ground { fill: #ffffff }
  .grid { stroke: #d8dee4 }
  .most { stroke: #cf222e; stroke-dasharray: 2 4 }
  .built { stroke: #0969da; fill: none; stroke-width: 2.5 }
  .json { stroke: #8250df; fill: none; stroke-width: 2; stroke-dasharray: 7 5 }
  .dot { fill: #0969da }
  .json-dot { fill: #8250df }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 }
    .title { fill: #f0f6fc }
    .value { stroke: #0d1117 }
    .ground { fill: #0d1117 }
    .grid { stroke: #3d444d }
    .most { stroke: #f85149 }
    .built { stroke: #4493f8 }
    .json { stroke: #ab7df8 }
    .dot { fill: #4493f8 }
    .json-dot { fill: #ab7df8 }
  }`;

/** @returns a picture, as SVG, of how size, times and memory grow with the customers */
export function drawGrowth(points: readonly ScalePoint[]): string {
  const width = columns * outer.width;
  const height = legendHeight + Math.ceil(panels.length / columns) * outer.height;
  const places = panels.map((panel, i) => {
    const [x, y] = [(i % columns) * outer.width, legendHeight + Math.floor(i / columns) * outer.height];
    return `<g transform="translate(${x} ${y})">${drawPanel(panel, points)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Size, times and memory by the number of customers">`,
    `<style>${style}</style>`,
    `<clipPath id="inner"><rect x="-5" y="-8" width="${inner.width + 10}" height="${inner.height + 16}"/></clipPath>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    drawLegend(),
    ...places,
    '</svg>\n',
  ].join('\n');
}

function drawLegend(): string {
  const entries = [
    ['built', 'as the build writes them (packed beyond 256 KB)'],
    ['json', 'for comparison: all in one JSON asset'],
    ['most', 'limit or target'],
  ] as const;
  const y = 26;
  return entries
    .map(([name, text], i) => {
      const x = inner.left + ([0, 370, 680][i] ?? 0);
      return `<path class="${name}" d="M${x} ${y}h30"/><text x="${x + 38}" y="${y + 4}">${text}</text>`;
    })
    .join('');
}

function drawPanel({ title, unit, measureOf, most }: Panel, points: readonly ScalePoint[]): string {
  const values = points.map((point) => ({ ...point, value: measureOf(point) }));
  const built = values.filter(({ form }) => form === 'built');
  const json = values.filter(({ form }) => form === 'json');
  // JSON in memory grows out of the picture.
  const top = niceTop(Math.max(most * 1.15, ...built.map(({ value = 0 }) => value)));
  const x = (customers: number): number =>
    ((Math.log10(customers) - powers.from) / (powers.to - powers.from)) * inner.width;
  const y = (value: number): number => inner.height - (value / top) * inner.height;
  const line = (name: string, dot: string, some: typeof values): string => {
    const places = some.flatMap(({ customers, value }) =>
      value === undefined ? [] : [[x(customers).toFixed(1), y(value).toFixed(1)] as const],
    );
    if (places.length === 0) return '';
    const dots = places.map(([cx, cy]) => `<circle class="${dot}" cx="${cx}" cy="${cy}" r="3.5"/>`);
    return `<path class="${name}" d="M${places.map((place) => place.join(' ')).join('L')}"/>${dots.join('')}`;
  };
  const rows = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = y(share * top).toFixed(1);
    const label = `<text x="-8" y="${Number(at) + 4}" text-anchor="end">${numberText(share * top)}</text>`;
    return `<path class="grid" d="M0 ${at}h${inner.width}"/>${label}`;
  });
  const ticks = powerNames.map((name, i) => {
    const at = x(10 ** (powers.from + i));
    const anchor = i === powerNames.length - 1 ? 'end' : i === 0 ? 'start' : 'middle';
    // Every other one: there is no room for all.
    const label =
      i % 2 === 0
        ? `<text x="${at + (anchor === 'end' ? 12 : 0)}" y="${inner.height + 18}" text-anchor="${anchor}">${name}</text>`
        : '';
    return `<path class="grid" d="M${at} ${inner.height}v5"/>${label}`;
  });
  const last = built.at(-1);
  const lastText =
    last?.value === undefined
      ? ''
      : `<text class="title value" x="${inner.width}" y="${(y(last.value) - 9).toFixed(1)}" text-anchor="end">${numberText(last.value)}</text>`;
  return [
    `<text class="title" x="${inner.left}" y="20">${title}</text>`,
    `<text x="${inner.left}" y="38">${unit}</text>`,
    `<g transform="translate(${inner.left} ${inner.top})">`,
    ...rows,
    ...ticks,
    `<text x="${inner.width / 2}" y="${inner.height + 34}" text-anchor="middle">customers</text>`,
    `<path class="most" d="M0 ${y(most).toFixed(1)}h${inner.width}"/>`,
    `<g clip-path="url(#inner)">`,
    line('json', 'json-dot', json),
    line('built', 'dot', built),
    `</g>`,
    lastText,
    '</g>',
  ].join('');
}

/** @returns a round number that is not below */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (
    [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].map((factor) => factor * power).find((one) => one >= value) ??
    value
  );
}

function numberText(value: number): string {
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString('en-US');
}

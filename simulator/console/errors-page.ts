/**
 * Makes a page of `docs/errors.md`, with an anchor for each code, so that the console can link to them without a
 * network. It knows the Markdown of that file: headings, paragraphs, lists, tables and code.
 */
export function errorsPage(markdown: string): string {
  const anchors = new Set<string>();
  const body = markdown
    .split(/\n{2,}/)
    .map((block) => toHtml(block.trim(), anchors))
    .join('\n');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Errors · Local Twilio</title>
    <link rel="icon" href="/icon.svg" />
    <link rel="stylesheet" href="/main.css" />
  </head>
  <body class="page"><main>${body}</main></body>
</html>`;
}

function toHtml(block: string, anchors: Set<string>): string {
  const heading = /^(#+) (.*)$/.exec(block);
  if (heading) {
    const [, { length } = '', title = ''] = heading;
    return `<h${length} id="${slugOf(title)}">${inline(title)}</h${length}>`;
  }
  if (block.startsWith('```'))
    return `<pre tabindex="0">${escapeHtml(block.replace(/^```\w*\n|\n```$/g, ''))}</pre>`;
  if (block.startsWith('|')) return table(block, anchors);
  if (block.startsWith('- ')) {
    const items = block.split(/^- /m).filter(Boolean);
    return `<ul>${items.map((item) => `<li>${inline(item.trim())}</li>`).join('')}</ul>`;
  }
  return `<p>${inline(block)}</p>`;
}

/** A row has the anchors of the codes that its first two cells name, unless an earlier row has them. */
function table(block: string, anchors: Set<string>): string {
  const [head = [], , ...rows] = block.split('\n').map((line) => line.slice(1, -1).split(/(?<!\\)\|/));
  const row = (cells: string[]): string => {
    const codes = [
      ...cells
        .slice(0, 2)
        .join(' ')
        .matchAll(/`([a-z]+(?:_[a-z]+)+|unauthorized|forbidden)`/g),
    ];
    const own = codes.flatMap(([, code = '']) => (anchors.has(code) ? [] : [code]));
    for (const code of own) anchors.add(code);
    const ids = own.map((code) => `<a id="${code}"></a>`).join('');
    return `<tr>${cells.map((cell, index) => `<td>${index === 0 ? ids : ''}${inline(cell.trim())}</td>`).join('')}</tr>`;
  };
  return `<table><thead><tr>${head.map((cell) => `<th scope="col">${inline(cell.trim())}</th>`).join('')}</tr></thead><tbody>${rows.map(row).join('')}</tbody></table>`;
}

/** Links lead to Twilio and within the page; other pages of `docs/` are named only, for they are not served. */
function inline(text: string): string {
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*([^*]+)\*/g, '<em>$1</em>')
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_whole, label: string, href: string) => {
      if (href.startsWith('#')) return `<a href="${href}">${label}</a>`;
      if (href.startsWith('https://'))
        return `<a href="${href}" target="_blank" rel="noreferrer">${label}</a>`;
      return `${label} (docs/${href})`;
    });
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A part of a form that is sent as `multipart/form-data`. */
export interface FormPart {
  name: string;
  content: Buffer;
  /** Whether it has a file's name; other parts are fields. */
  isFile: boolean;
}

/**
 * Reads a form with files.
 *
 * @param type the Content-Type, with the boundary
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
export function readMultipart(body: Buffer, type: string): FormPart[] {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return [];
  const parts: FormPart[] = [];
  const delimiter = Buffer.from(`--${boundary}`);
  let start = body.indexOf(delimiter);
  while (start !== -1) {
    start += delimiter.length;
    const end = body.indexOf(delimiter, start);
    if (end === -1) break;
    const part = readPart(body.subarray(start, end));
    if (part) parts.push(part);
    start = end;
  }
  return parts;
}

/** @param bytes from one boundary to the next: a line break, headers, an empty line, the content, a line break */
function readPart(bytes: Buffer): FormPart | undefined {
  const head = bytes.indexOf('\r\n\r\n');
  const headers = bytes.subarray(0, Math.max(0, head)).toString();
  // .NET sends names without quotation marks.
  const [, quoted, plain] = /\bname=(?:"([^"]*)"|([^;\s]+))/i.exec(headers) ?? [];
  const name = quoted ?? plain;
  if (name === undefined) return undefined;
  const isFile = /;\s*filename\*?=/i.test(headers);
  return { name, content: bytes.subarray(head + 4, bytes.length - 2), isFile };
}

import { readFileSync } from 'node:fs';
import { FileWindow } from '../../lib/large-files/file-window';
import { decodeText, moveOn } from '../data/encoding';

/** A CSV file that is no table of customers: the message continues the file's name. */
export class UnreadableCsv extends Error {}

type Decoder = InstanceType<typeof TextDecoder>;

/** How much is decoded at once, in bytes. */
const chunkBytes = 256 * 1024;

/**
 * Finds out how a CSV file is encoded. Excel writes UTF-8 with a byte order mark, UTF-16 ("Unicode text"), or the Windows
 * code page; others write UTF-8 without a mark.
 *
 * @param path the file, of which `file` is the descriptor
 * @param label the encoding, if it is known; without it, the bytes decide. What is not UTF-8 is read as Windows-1252,
 *   which contains Latin-1.
 * @returns a label of the Encoding Standard, e.g. `utf-8`, `windows-1252`
 * @throws UnreadableCsv for a workbook, an unknown label, or bytes that are not of the encoding
 * @see https://encoding.spec.whatwg.org/#names-and-labels
 */
export function detectEncoding(path: string, file: number, label?: string | undefined): string {
  const head = new FileWindow(file).read(0, 256);
  const start = head.toString('latin1', 0, 4);
  if (start === 'PK\x03\x04' || start === '\xd0\xcf\x11\xe0') {
    throw new UnreadableCsv('is an Excel workbook: save it in Excel as "CSV UTF-8 (Comma delimited)"');
  }
  if (isUtf32(head)) throw new UnreadableCsv('is UTF-32, which is not supported: save it as UTF-8');
  const encoding = label ?? byMark(head) ?? byZeroBytes(head);
  if (encoding !== undefined) {
    if (isDecodable(file, encoding)) {
      if (label === undefined) refuseNul(file, encoding);
      return encoding.toLowerCase();
    }
    throw new UnreadableCsv(
      label === undefined
        ? `begins as ${encoding}, but is damaged: save it as UTF-8, or give --encoding`
        : `is not ${encoding}: leave out --encoding, or correct it`,
    );
  }
  const found = isDecodable(file, 'utf-8') ? 'utf-8' : 'windows-1252';
  if (found === 'windows-1252') refuseDamaged(path, file);
  refuseNul(file, found);
  return found;
}

/**
 * Decodes a file.
 *
 * @param encoding as `detectEncoding` returns it
 * @param chunk how much is read at once, in bytes
 * @returns its text in parts, with `\n` at the end of each line
 */
export function* decodeCsv(file: number, encoding: string, chunk = chunkBytes): Generator<string> {
  let isAfterReturn = false;
  for (const part of decode(file, openDecoder(encoding), chunk)) {
    // A line end can lie across two parts.
    const text = isAfterReturn && part.startsWith('\n') ? part.slice(1) : part;
    isAfterReturn = part.endsWith('\r');
    yield text.replace(/\r\n?/g, '\n');
  }
}

function* decode(file: number, decoder: Decoder, chunk = chunkBytes): Generator<string> {
  const window = new FileWindow(file);
  for (let at = 0; ; ) {
    const bytes = window.read(at, at + chunk);
    at += bytes.length;
    const text = decoder.decode(bytes, { stream: bytes.length > 0 });
    const decoded = decoder.encoding === 'windows-1252' ? text.replace(/[\x80-\x9f]/g, toWindows) : text;
    if (decoded !== '') yield decoded;
    if (bytes.length === 0) return;
  }
}

function isDecodable(file: number, label: string): boolean {
  const decoder = openDecoder(label);
  try {
    for (const _part of decode(file, decoder));
    return true;
  } catch {
    return false;
  }
}

/** Two accented letters in a row are rare in other encodings: what has many that are valid UTF-8 is damaged UTF-8. */
function refuseDamaged(path: string, file: number): void {
  let [wrong, others] = [0, 0];
  for (const text of decode(file, new TextDecoder('utf-8'))) {
    wrong += text.split('\uFFFD').length - 1;
    others += text.match(/[^\p{ASCII}]/gu)?.length ?? 0;
  }
  if (others <= 2 * wrong) return;
  const decoded = decodeText(readFileSync(path));
  if ('text' in decoded) return;
  throw new UnreadableCsv(`${decoded.problem}, but most of it is: correct it there, or give --encoding`);
}

/** No text has a NUL: something has damaged the file there, or it is in an encoding that was not recognized. */
function refuseNul(file: number, encoding: string): void {
  let place: [number, number] = [1, 1];
  for (const text of decodeCsv(file, encoding)) {
    const at = text.indexOf('\0');
    place = moveOn(place, at < 0 ? text : text.slice(0, at));
    if (at < 0) continue;
    const [line, column] = place;
    throw new UnreadableCsv(
      `has a NUL byte at line ${line}, column ${column}: remove it, or let it be left out with --encoding ${encoding}; ` +
        'if the file is UTF-16, save it as UTF-8',
    );
  }
}

/** What Windows-1252 has where Latin-1 has control characters, from 0x80. */
const windowsOnly = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/**
 * Some versions of Node.js decode Windows-1252 as Latin-1.
 *
 * @see https://github.com/nodejs/node/issues/56542
 */
function toWindows(character: string): string {
  return windowsOnly.charAt(character.charCodeAt(0) - 0x80);
}

function openDecoder(label: string): Decoder {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch {
    throw new UnreadableCsv(`cannot be read as ${JSON.stringify(label)}: there is no such encoding`);
  }
}

function byMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : undefined;
}

/**
 * In UTF-32, three bytes of every Latin letter are zero. Its mark in one byte order begins as that of UTF-16 does. The
 * Encoding Standard does not have it.
 */
function isUtf32(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  return /^(\xff\xfe\0\0|\0\0\xfe\xff|([^\0]\0{3}){2}|(\0{3}[^\0]){2})/.test(start);
}

/**
 * In UTF-16 without a mark, every second byte of a header in Latin letters is zero. In other scripts, that of a delimiter
 * is, and there are bytes that no other encoding has in a text. Without either, a zero byte does not belong there.
 */
function byZeroBytes(bytes: Uint8Array): string | undefined {
  const zeros = [0, 0];
  let hasControls = false;
  for (const [position, byte] of bytes.entries()) {
    if (byte === 0) zeros[position % 2] = (zeros[position % 2] ?? 0) + 1;
    else hasControls ||= byte < 0x20 && ![0x09, 0x0a, 0x0d].includes(byte);
  }
  const [even = 0, odd = 0] = zeros;
  const most = Math.max(even, odd);
  if (most === 0 || (4 * most < bytes.length && !hasControls)) return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

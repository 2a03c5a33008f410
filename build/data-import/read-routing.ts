import { decodeText } from '../data/encoding';
import type { OtherSources } from './check-draft';

/** The name of the routing data's file in `assets/`. */
export const routingFile = 'routing.private.json';

/** The parts of the file that name workers and our own addresses; each can be anything. */
export interface RawRouting {
  defaultCountry?: unknown;
  workers?: unknown;
  conversationServiceSid?: unknown;
  proxyAddresses?: { rules?: unknown; defaults?: unknown };
  routing?: { customers?: unknown; numbers?: unknown; pool?: unknown; defaultWorker?: unknown };
}

/** The routing data's file as it is written, and what is in it: not checked. */
export interface RoutingText {
  text: string;
  raw: RawRouting;
  workers: { identity: string; display_name?: string }[];
  conversationServiceSid: string | undefined;
}

/**
 * Reads the routing data.
 *
 * @throws when it is not JSON
 */
export function readRouting(sources: OtherSources): RoutingText {
  const source = sources[routingFile] ?? '';
  const decoded = typeof source === 'string' ? { text: source } : decodeText(source);
  try {
    if ('text' in decoded) {
      const raw = Object(JSON.parse(decoded.text.replace(/^\uFEFF/, ''))) as RawRouting;
      const { conversationServiceSid: sid } = raw;
      return {
        text: decoded.text,
        raw,
        workers: listOf(raw.workers).flatMap((one) => {
          const { identity, display_name: name } = Object(one) as Record<string, unknown>;
          if (typeof identity !== 'string') return [];
          return [{ identity, ...(typeof name === 'string' && { display_name: name }) }];
        }),
        conversationServiceSid: typeof sid === 'string' ? sid : undefined,
      };
    }
  } catch {
    // The check says more.
  }
  throw new Error(`assets/${routingFile} has problems: "npm run data -- check" lists them`);
}

/** @returns a list as it is, and anything else as an empty one */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SweepPlace } from '../../lib/sweep/sweep-pages';
import { readKeptFile } from '../read-kept-file';

/** What a place belongs to: another sweep begins anew. */
export interface PlaceOwner {
  accountSid: string;
  serviceSid: string | undefined;
  closeOlderThanMs: number | undefined;
}

/** A place that is older means nothing any more, in milliseconds. */
const mostAgeMs = 24 * 60 * 60_000;

interface Content {
  owner: string;
  savedAt: number;
  place: SweepPlace;
}

function isContent(content: unknown): content is Content {
  const { owner, savedAt, place } = Object(content) as Partial<Content>;
  return typeof owner === 'string' && typeof savedAt === 'number' && Array.isArray(place?.handled);
}

/** Keeps how far a sweep is in a file of the project, so that the next one goes on there if this one is killed. */
export class PlaceFile {
  readonly #path: string;
  readonly #owner: string;
  readonly #warn: (text: string) => void;
  #isBroken = false;

  /** @param warn is told, once, that the place cannot be kept; the sweep goes on without it */
  constructor(root: string, owner: PlaceOwner, warn: (text: string) => void) {
    this.#warn = warn;
    this.#path = join(root, '.sweep.json');
    this.#owner = JSON.stringify([owner.accountSid, owner.serviceSid, owner.closeOlderThanMs]);
  }

  /** @returns where to go on; undefined to begin anew */
  read(): SweepPlace | undefined {
    try {
      const { owner, savedAt, place } = readKeptFile(this.#path, isContent, 'The sweep begins anew.') ?? {};
      return owner === this.#owner && Date.now() - (savedAt ?? 0) < mostAgeMs ? place : undefined;
    } catch (error) {
      // To sweep what was swept already changes nothing.
      console.warn((error as Error).message);
      return undefined;
    }
  }

  /** Writes the place, as a whole or not at all; several sweeps may do so at once. */
  save(place: SweepPlace): void {
    const draft = `${this.#path}.${process.pid}`;
    this.#attempt(() => {
      try {
        writeFileSync(draft, JSON.stringify({ owner: this.#owner, savedAt: Date.now(), place }));
        renameSync(draft, this.#path);
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
    });
  }

  remove(): void {
    this.#attempt(() => rmSync(this.#path, { force: true }));
  }

  #attempt(work: () => void): void {
    if (this.#isBroken) return;
    try {
      work();
    } catch (error) {
      this.#isBroken = true;
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      this.#warn(`.sweep.json cannot be written (${code}): after an interruption, a sweep begins anew.`);
    }
  }
}

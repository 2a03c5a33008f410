import { UsageError } from './program';

/**
 * @param variable the environment variable that chooses a port
 * @throws UsageError when it is none
 */
export function readPort(variable: string, usual: number): number {
  const text = process.env[variable];
  if (!text) return usual;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UsageError(`${variable} must be a port from 0 to 65535, not ${JSON.stringify(text)}`);
}

/** @returns a date as Twilio writes it: without fractions of a second */
export function formatDate(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

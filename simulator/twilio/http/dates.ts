/** @returns a date in Twilio's format: ISO 8601 without fractions of a second */
export function formatDate(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

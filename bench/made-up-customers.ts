import type { Customer } from '../lib/model';
import { compareText, fold } from '../lib/text';

/** The worker who has the most customers, at most 20,000. */
export const busiest = { identity: 'worker-0@example.com', customers: 20_000 };

/** About how many customers each of the others has. */
const perWorker = 2_000;

const given = inOrder(
  'Aiko Amara Beatriz Chloé Dmitri Elif Fatima Grace Hana Ivan Jürgen José Kofi Łukasz María Omar Priya Søren Yuki Zoë',
);
const family = inOrder(
  'Abe Brown Cohen Díaz Evans Fischer García Haddad Ito Jensen Kowalski Lee Müller Okafor Petrov Quinn Rossi Smith Wójcik Yılmaz',
);
const wishes = ['afternoons', 'mornings', 'no calls', 'e-mail', 'evenings', 'Spanish'];
const plans = ['Bronze', 'Silver', 'Gold', 'Platinum'];

/** Area codes, each with 10,000 fictional numbers. */
const areas =
  `201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 228 229 231 234 239 240
  248 251 252 253 254 256 260 262 267 269 270 272 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318
  319 320 321 323 325 326 330 331 332 334 336 337 339 346 347 351 352 360 361 364 380 385 386 401 402 404 405 406 407 408
  409 410 412 413 414 415 417 419 423 424 425 430 432`.split(/\s+/);

/** Customers numbered from 0 to `count` less one, at most a million, in the order of `compareCustomers`. */
export function* madeUpCustomers(count: number): Generator<Customer> {
  for (let number = 0; number < count; number++) yield madeUpCustomer(number, count);
}

/** @returns one of `count` customers: their names are in order, their ids and numbers are not */
export function madeUpCustomer(number: number, count: number): Customer {
  const perName = Math.ceil(count / (given.length * family.length));
  const name = Math.floor(number / perName);
  const first = given[Math.floor(name / family.length)] ?? '';
  const last = family[name % family.length] ?? '';
  const random = Math.imul(number + 1, 2_654_435_761) >>> 0;
  const phone = phoneOf(number, count);
  const email = `${fold(first)}.${fold(last)}.${number}@example.com`;
  return {
    customer_id: idOf(number, count),
    display_name: `${first} ${last} ${String(number % perName).padStart(5, '0')}`,
    worker: workerOf(number, count, random),
    country: 'US',
    channels: [
      { type: 'sms', value: phone, key: phone },
      { type: 'whatsapp', value: `whatsapp:${phone}`, key: phone },
      { type: 'email', value: email, key: email },
    ],
    links: [],
    details: {
      title: 'Notes',
      content: `Customer since ${1990 + (random % 35)}. Prefers ${wishes[random % wishes.length]}.`,
    },
    fields: { plan: plans[random % plans.length] ?? '', first_name: first },
  };
}

/** @returns the `customer_id`: each number below `count` is one */
export function idOf(number: number, count: number): string {
  return String((number * 7_919) % count);
}

export function phoneOf(number: number, count: number): string {
  const other = (number * 104_729) % count;
  return `+1${areas[Math.floor(other / 10_000)]}555${String(other % 10_000).padStart(4, '0')}`;
}

/** @returns the number of a customer of the busiest worker */
export function numberInBusiestList(position: number, count: number): number {
  return position * Math.ceil(count / busiest.customers);
}

/** @returns the identities of all workers */
export function workersOf(count: number): string[] {
  return Array.from({ length: 1 + Math.ceil(count / perWorker) }, (_, i) => `worker-${i}@example.com`);
}

function workerOf(number: number, count: number, random: number): string {
  if (number % numberInBusiestList(1, count) === 0) return busiest.identity;
  return `worker-${1 + (random % Math.ceil(count / perWorker))}@example.com`;
}

function inOrder(names: string): string[] {
  return names.split(' ').sort((a, b) => compareText(fold(a), fold(b)));
}

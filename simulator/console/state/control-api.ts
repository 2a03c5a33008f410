import { signal } from '@preact/signals';

/** How many requests are running. */
export const busy = signal(0);
export const toasts = signal<{ id: number; text: string }[]>([]);

let nextToast = 1;

/** Shows a message for a while. */
export function showToast(text: string): void {
  const id = nextToast++;
  // The same message is not shown twice.
  toasts.value = [...toasts.value.filter((toast) => toast.text !== text), { id, text }];
  setTimeout(() => dismissToast(id), 10_000);
}

/** Hides a message. */
export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

const offline = 'The local Twilio does not answer. Is npm start still running?';

/** Hides the message that the local Twilio does not answer: it does again. */
export function endOffline(): void {
  if (toasts.peek().some(({ text }) => text === offline)) {
    toasts.value = toasts.value.filter(({ text }) => text !== offline);
  }
}

/** Calls the control API. @returns undefined after an error, which is shown to the user */
export async function call<T>(
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: object,
): Promise<T | undefined> {
  busy.value += 1;
  try {
    const response = await fetch(path, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    endOffline();
    const answer = (await response.json()) as T & { message?: string };
    if (response.ok) return answer;
    showToast(answer.message ?? `${path} answered ${response.status}`);
  } catch {
    showToast(offline);
  } finally {
    busy.value -= 1;
  }
  return undefined;
}

/** Reads from the control API without telling the user about it. @returns undefined after an error */
export async function ask<T>(path: string): Promise<T | undefined> {
  try {
    const response = await fetch(path);
    endOffline();
    return response.ok ? ((await response.json()) as T) : undefined;
  } catch {
    return undefined;
  }
}

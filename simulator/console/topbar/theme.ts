import { signal } from '@preact/signals';

const themes = ['auto', 'light', 'dark'];

/** The user's choice; `auto` follows the operating system. */
export const theme = signal<string>(localStorage.getItem('theme') ?? 'auto');

/** Applies the chosen theme to the page, and saves it. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem('theme', theme.value);
}

/** Changes to the next theme. */
export function nextTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'auto';
  applyTheme();
}

import { signal } from '@preact/signals';

const themes = ['auto', 'light', 'dark'];

/** What the user has chosen; `auto` follows the operating system. */
export const theme = signal<string>(localStorage.getItem('theme') ?? 'auto');

/** Makes the chosen theme the page's. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem('theme', theme.value);
}

/** Changes to the next theme. */
export function nextTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'auto';
  applyTheme();
}

const paths = {
  play: 'M7 5v14l12-7z',
  gear: 'M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM19.4 13l1.6 1.2-1.8 3.1-1.9-.7a7 7 0 0 1-1.7 1l-.3 2h-3.600l-.3-2a7 7 0 0 1-1.7-1l-1.9.7L6 14.2 7.6 13a7 7 0 0 1 0-2L6 9.800l1.8-3.1 1.9.7a7 7 0 0 1 1.7-1l.3-2h3.600l.3 2a7 7 0 0 1 1.7 1l1.9-.7L21 9.8 19.4 11a7 7 0 0 1 0 2z',
  send: 'M3 11.5 21 3l-5 18-4.5-7z',
  plus: 'M12 5v14M5 12h14',
  sun: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12 1v3M12 20v3M1 12h3M20 12h3M4 4l2 2M18 18l2 2M4 20l2-2M18 6l2-2',
  chevron: 'm9 6 6 6-6 6',
  back: 'm15 6-6 6 6 6',
  close: 'M6 6l12 12M18 6 6 18',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.500a3.5 3.5 0 0 1 0 6.300M18 14.500c2.2.9 3.5 2.9 3.5 5.5',
} as const;

/** A decorative icon. */
export function Icon({ name }: { name: keyof typeof paths }) {
  const filled = name === 'play' || name === 'send';
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill={filled ? 'currentColor' : 'none'}>
      <path
        d={paths[name]}
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

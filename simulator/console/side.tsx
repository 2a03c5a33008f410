import { Flex, FlexHead } from './flex/flex';
import { Frontline, FrontlineHead } from './frontline/frontline';
import { side, worker } from './state/state';

const sides = { frontline: 'Frontline', flex: 'Flex' } as const;

/** The business side: the Frontline app of one worker, or Flex as one agent sees it. */
export function Side() {
  const isFlex = side.value === 'flex';
  return (
    <section class="side" aria-label={isFlex ? 'Flex' : 'The Frontline app'}>
      <header class="side-head">
        <h2 class="visually-hidden">{sides[side.value]}</h2>
        <div class="switch" role="group" aria-label="Frontline or Flex">
          {(Object.keys(sides) as (keyof typeof sides)[]).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === side.value}
              data-testid={`side-${one}`}
              onClick={() => (side.value = one)}
            >
              {sides[one]}
            </button>
          ))}
        </div>
        <span class="grow" />
        {isFlex ? <FlexHead /> : <FrontlineHead />}
      </header>
      <div class="app">{isFlex ? <Flex /> : <Frontline key={worker.value} />}</div>
    </section>
  );
}

import { checkWorkers } from '../../../cli/doctor/checks/workers';
import { useHealthyAccount } from './healthy';

const healthy = useHealthyAccount();

describe('a worker of the data', () => {
  it('who is unknown has probably been meant as the nearest Frontline user, also one who is in the data and has no conversation', async () => {
    const subject = await healthy.current.subject();
    subject.routing.routing.pool.push('dvae@example.com');
    for (const path of [/\/Workers$/, /\/Users$/])
      healthy.current.fail({ path }, { status: 404, code: 20404 });
    expect((await checkWorkers(subject)).map(({ message }) => message)).toEqual([
      'Worker dvae@example.com is no user of Frontline or Flex; did you mean dave@example.com?',
    ]);
  });

  it('is only worth a notice where an account without Frontline has never seen one', async () => {
    const subject = await healthy.current.subject();
    subject.routing.routing.on = 'onConversationAdded';
    subject.routing.routing.pool.push('zoe');
    healthy.current.plant(healthy.current.rest.frontline, { access: 'forbidden' });
    expect(await checkWorkers(subject)).toEqual([
      expect.objectContaining({
        severity: 'notice',
        code: 'worker_unconfirmed',
        message: expect.stringMatching(/^Worker zoe /),
      }),
    ]);
  });
});

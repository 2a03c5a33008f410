import type { Account } from '../account';
import { deployedUrl } from '../deploy/deployments';
import { listDeployments } from '../deploy/live-deployments';
import { type AccountState, readAccountState } from './account-state';
import { applyChanges } from './apply';
import { type Fields, hasFields } from './change';
import { EnvFile } from './env-file';
import type { FlexChoice } from './flex';
import { callbackPaths, type Needs } from './needs';
import { type Conflict, type Decision, type Plan, planSetup } from './plan';
import { type RecordedAccount, SetupRecord } from './record';
import { openResources, type Resources } from './resources';
import { applyUndo, planUndo, type UndoPlan } from './undo';

/** The parts of an account that setup uses. */
export type SetupAccount = RecordedAccount & Pick<Account, 'client' | 'localFunctionsUrl'>;

export interface Choices {
  /** Decisions by the id of the conflict; `all` is for those that have none of their own. */
  decisions: ReadonlyMap<string, Decision>;
  routingMode?: 'custom' | 'pool' | 'none' | undefined;
  flex?: FlexChoice | undefined;
}

/** Setup for one account: what it has recorded, and the resources that it reads and writes. */
export class SetupSession {
  readonly env: EnvFile;
  readonly resources: Resources;
  readonly record: SetupRecord;
  readonly #account: SetupAccount;
  readonly #deployed: string[];

  /** @param root the project's folder */
  constructor(root: string, account: SetupAccount) {
    this.#account = account;
    this.env = new EnvFile(root);
    this.resources = openResources(account.client, this.env, account.controlUrl);
    this.record = new SetupRecord(root, account);
    this.#deployed = [...listDeployments(root, account.accountSid).values()].map(deployedUrl);
  }

  /** Reads the account. */
  readState(needs: Needs, report?: (text: string) => void): Promise<AccountState> {
    return readAccountState(this.#account.client, this.resources, needs, report);
  }

  /** @returns the plan with these decisions and those of earlier runs */
  plan(needs: Needs, state: AccountState, { decisions, routingMode, flex }: Choices): Plan {
    return planSetup({
      needs,
      state,
      routingMode,
      flex,
      isOurs: (url) => this.#isOurs(url, needs),
      isWrittenByUs: (id, fields) =>
        this.#isWiredByStart(fields) ||
        this.record.changes.some(
          (one) => one.kind === 'address' && one.id === id && hasFields(fields, one.after),
        ),
      decide: (conflict) =>
        decisions.get(conflict.id) ?? decisions.get('all') ?? this.#decidedBefore(conflict),
    });
  }

  /** Makes the changes of a plan without conflicts, and remembers what was decided about what stays. */
  async apply(
    { changes, kept, leftToReplace }: Plan,
    report: (text: string) => void = () => {},
  ): Promise<void> {
    this.record.keep([
      ...kept.map(({ id, found }) => ({ id, found })),
      ...leftToReplace.map(({ id, found }) => ({ id, found, replaced: true as const })),
    ]);
    await applyChanges(changes, this.resources, this.record, ({ kind, id }) =>
      report(`Setting ${kind} ${id}`),
    );
  }

  /** @returns what undo would do */
  planUndo(): Promise<UndoPlan> {
    return planUndo(this.record.changes, this.resources);
  }

  /** Puts back what setup has changed. @returns what could not be put back */
  undo(plan: UndoPlan): Promise<string[]> {
    return applyUndo(plan, this.resources, this.record);
  }

  #decidedBefore({ id, found }: Conflict): Decision | undefined {
    const decided = this.record.kept.find((one) => one.id === id && one.found === found);
    return decided && (decided.replaced ? 'replace' : 'keep');
  }

  /** `npm start` gives each number of the data autocreation, in the conversation service that the data had then. */
  #isWiredByStart(address: Fields): boolean {
    return (
      this.#account.localFunctionsUrl !== undefined && hasFields(address, { enabled: true, type: 'default' })
    );
  }

  /** Ours are the functions' addresses that were deployed, are local, or that setup wrote. */
  #isOurs(url: string, { functionsUrl }: Needs): boolean {
    const origins = [functionsUrl, ...this.#deployed, this.#account.localFunctionsUrl];
    if (origins.some((origin) => origin !== undefined && url === `${origin}${callbackPaths.conversations}`))
      return true;
    return this.record.changes.some(({ kind, after }) => {
      return kind === 'webhooks' && url.endsWith(callbackPaths.conversations) && isWritten(url, after);
    });
  }
}

function isWritten(url: string, after: Readonly<Record<string, unknown>> | null): boolean {
  return after?.preWebhookUrl === url || after?.postWebhookUrl === url;
}

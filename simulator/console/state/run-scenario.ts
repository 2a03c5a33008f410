import type { ActionResult } from '../../api';
import { call } from './control-api';
import { showConversation } from './show-conversation';
import { lastResult } from './state';

/** Runs a scenario and shows its result. */
export async function runScenario(name: string): Promise<void> {
  lastResult.value = undefined;
  const result = await call<ActionResult>('POST', `/api/scenarios/${name}`);
  if (!result) return;
  lastResult.value = { ...result, name };
  showConversation(result.conversationSid);
}

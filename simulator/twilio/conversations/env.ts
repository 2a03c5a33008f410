import type { RestEnv } from '../http/app';
import type { Conversation } from './model';

/** The Hono environment of the Conversations routes. */
export interface ConversationsEnv extends RestEnv {
  Variables: RestEnv['Variables'] & {
    /** The service in the path, or the default service. */
    serviceSid: string;
    /** The conversation in the path, which has its SID or unique name. */
    conversation: Conversation;
  };
}

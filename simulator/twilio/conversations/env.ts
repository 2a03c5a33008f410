import type { RestEnv } from '../http/app';
import type { Conversation } from './model';

/** What the routes of Conversations find in their context. */
export interface ConversationsEnv extends RestEnv {
  Variables: RestEnv['Variables'] & {
    /** The conversation service that the path names, else the default one. */
    serviceSid: string;
    /** The conversation that the path names, by SID or unique name. */
    conversation: Conversation;
  };
}

import type { Conversations } from '../twilio/conversations/conversations';
import type { ModifiedFields } from '../twilio/conversations/intentions';
import type {
  Conversation,
  Message,
  NewConversation,
  NewMessage,
  NewParticipant,
  Participant,
} from '../twilio/conversations/model';
import type { Origin } from '../twilio/http/request';

/** Changes by SDKs and phones: pre-action webhooks are asked first. Each is undefined if one of them rejects it. */
export class AskedChanges {
  readonly #state: Conversations;

  constructor(state: Conversations) {
    this.#state = state;
  }

  /** @param body the inbound message that creates it */
  async createConversation(
    given: NewConversation,
    origin: Origin,
    body?: string,
  ): Promise<Conversation | undefined> {
    const { chatServiceSid = this.#state.defaultServiceSid } = given;
    const modified = await this.#state.askPreAction(
      { type: 'conversationAdd', given, chatServiceSid, body },
      origin,
    );
    return modified && this.#state.createConversation({ ...given, ...valuesOf(modified) }, origin);
  }

  /** @throws TwilioError for a participant whom Twilio does not let in */
  async addParticipant(
    conversationSid: string,
    given: NewParticipant,
    origin: Origin,
  ): Promise<Participant | undefined> {
    const conversation = this.#state.conversation(conversationSid);
    const modified = await this.#state.askPreAction({ type: 'participantAdd', conversation, given }, origin);
    return modified && this.#state.addParticipant(conversationSid, given, origin);
  }

  /** @returns the message as pre-action webhooks want it */
  async askAboutMessage(
    conversationSid: string,
    given: NewMessage,
    origin: Origin,
  ): Promise<NewMessage | undefined> {
    const conversation = this.#state.conversation(conversationSid);
    const modified = await this.#state.askPreAction({ type: 'messageAdd', conversation, given }, origin);
    return modified && { ...given, ...valuesOf(modified) };
  }

  /** @throws TwilioError for a message that Twilio does not take */
  async addMessage(conversationSid: string, given: NewMessage, origin: Origin): Promise<Message | undefined> {
    const asked = await this.askAboutMessage(conversationSid, given, origin);
    return asked && this.#state.addMessage(conversationSid, asked, origin);
  }
}

function valuesOf({ friendly_name, unique_name, attributes, body, author }: ModifiedFields) {
  return {
    ...(friendly_name !== undefined && { friendlyName: friendly_name }),
    ...(unique_name !== undefined && { uniqueName: unique_name }),
    ...(attributes !== undefined && { attributes }),
    ...(body !== undefined && { body }),
    ...(author !== undefined && { author }),
  };
}

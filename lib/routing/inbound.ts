/** The fields of a Conversations event that say between whom it is. */
interface Binding {
  'MessagingBinding.Address'?: string | undefined;
  'MessagingBinding.AuthorAddress'?: string | undefined;
  'MessagingBinding.ProxyAddress'?: string | undefined;
  'MessagingBinding.ProjectedAddress'?: string | undefined;
}

/** An inbound conversation, as routing sees it. */
export interface InboundConversation {
  sid: string;
  /** The addresses of those who write, the sender first. */
  writers: string[];
  /** The Twilio number that was written to. */
  twilioAddress: string | undefined;
  /** In a group MMS only: the number that a worker must be given there. */
  projectedAddress: string | undefined;
}

/** @returns the conversation that an `onConversationRoute` event is about */
export function readInbound(event: Binding & { ConversationSid: string }): InboundConversation {
  const isGroup = event['MessagingBinding.Address']?.includes(',') ?? false;
  const proxy = event['MessagingBinding.ProxyAddress'];
  const projected = event['MessagingBinding.ProjectedAddress'] ?? (isGroup ? proxy : undefined);
  return {
    sid: event.ConversationSid,
    writers: writersOf(event),
    twilioAddress: projected ?? proxy,
    projectedAddress: projected,
  };
}

/**
 * Who writes: the sender, and in a group MMS the others of the group after.
 *
 * @returns addresses without repetition
 */
export function writersOf(event: Binding): string[] {
  const group = event['MessagingBinding.Address']?.split(',') ?? [];
  // A space before a digit is a `+` that form decoding took, and stays for `toE164` to see.
  const writers = [event['MessagingBinding.AuthorAddress'] ?? '', ...group].map((address) =>
    /^ +\d/.test(address) ? address.trimEnd() : address.trim(),
  );
  return [...new Set(writers)].filter((address) => address !== '');
}

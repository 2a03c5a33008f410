import type { ChannelType } from './model';

export interface Address {
  type: ChannelType;
  /** As Twilio writes it: `+15550100`, `whatsapp:+15550100`, `messenger:123`, an e-mail address, an identity. */
  value: string;
  /** What two addresses of one person have in common: the bare E.164 number for SMS and WhatsApp alike. */
  key: string;
}

const punctuation = /[\s().\-/\u00a0\u2010-\u2015]/g;

/**
 * Brings an international number to E.164.
 *
 * @param text a number with its country code, e.g. `+1 (555) 010-0100`. A `+` that was lost to form decoding
 *   (`ChannelValue=+1555…` sent unescaped arrives as ` 1555…`) is put back.
 * @returns `+15550100100`, or undefined when the text is not such a number.
 */
export function toE164(text: string): string | undefined {
  const restored = /^ +\d/.test(text) ? `+${text.trimStart()}` : text;
  const number = restored.replace(punctuation, '');
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
}

/**
 * Reads an address as Twilio sends it in `MessagingBinding.Address` or `ChannelValue`.
 *
 * @param text `+15550100`, `whatsapp:+15550100`, `messenger:…`, `name@example.com`, or a chat identity
 * @param type what the caller knows the channel to be; without it the text alone decides
 * @returns the address in normal form, or undefined when it is empty or not of that channel's form
 * @see https://www.twilio.com/docs/conversations/api/conversation-participant-resource
 */
export function parseAddress(text: string, type?: ChannelType): Address | undefined {
  const [, prefix, rest] = /^(whatsapp|messenger|sms|chat|email):(.*)$/s.exec(text) ?? [];
  const channel = (prefix as ChannelType | undefined) ?? type ?? guessType(text);
  if (type && prefix && prefix !== type) return undefined;
  const body = rest ?? text;

  switch (channel) {
    case 'sms':
    case 'whatsapp': {
      const number = toE164(body);
      if (!number) return undefined;
      return { type: channel, value: channel === 'whatsapp' ? `whatsapp:${number}` : number, key: number };
    }
    case 'email': {
      const email = body.trim();
      return /^[^\s@]+@[^\s@]+$/.test(email)
        ? { type: channel, value: email, key: email.toLowerCase() }
        : undefined;
    }
    case 'messenger': {
      const id = body.trim();
      return id ? { type: channel, value: `messenger:${id}`, key: `messenger:${id}` } : undefined;
    }
    case 'chat': {
      const identity = body.trim();
      return identity ? { type: channel, value: identity, key: `chat:${identity}` } : undefined;
    }
  }
}

/**
 * The key under which an address is looked up, the same for `+1 555 0100` and `whatsapp:+15550100`.
 *
 * @returns the key, or undefined when the text is no address
 */
export function addressKey(text: string, type?: ChannelType): string | undefined {
  return parseAddress(text, type)?.key;
}

function guessType(text: string): ChannelType {
  if (toE164(text)) return 'sms';
  return text.includes('@') ? 'email' : 'chat';
}

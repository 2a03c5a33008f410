import { TwilioError } from './errors';

interface KnownError {
  status: number;
  message: string;
}

const e = (status: number, message: string): KnownError => ({ status, message });

/**
 * The errors that the local Twilio answers, by Twilio's code. The messages of 19056, and of 50003 and above, are the titles of Twilio's
 * pages, `https://www.twilio.com/docs/api/errors/CODE`; those of 50355, 54006 and 54008 are unsure. The pages do not say
 * the HTTP status: public logs have 400 for 50407 and 50441 (twilio/terraform-provider-twilio, pull request 63), and 409
 * for 50353, 50416, 50433 and 50437; for the others it is unsure.
 */
export const errorList = {
  19056: e(415, 'Input request content type is invalid'),
  20001: e(400, 'Invalid parameter'),
  20003: e(401, 'Authenticate'),
  20403: e(403, 'Forbidden'),
  20404: e(404, 'The requested resource was not found'),
  20409: e(409, 'The resource exists already'),
  20429: e(429, 'Too Many Requests'),
  20501: e(501, 'The local Twilio does not simulate this'),
  21610: e(400, 'Attempt to send to unsubscribed recipient'),
  50003: e(400, 'Friendly name too long'),
  50004: e(400, 'Unique Name too long'),
  50055: e(400, 'Invalid webhook method'),
  50077: e(400, 'Invalid pre-webhook url'),
  50078: e(400, 'Invalid post-webhook url'),
  50100: e(400, 'Role not found'),
  50104: e(400, 'Permission not found'),
  50105: e(400, 'Invalid role type'),
  50109: e(400, 'Conversation role not found'),
  50201: e(409, 'User already exists'),
  50206: e(400, 'Identity should not match user SID pattern'),
  50207: e(400, 'Identity too long'),
  50210: e(400, 'Invalid notification level'),
  50211: e(400, 'Identity parameter not acceptable for this Participant'),
  50303: e(400, 'Attributes too long'),
  50304: e(400, 'Attributes not valid JSON'),
  50308: e(400, 'Invalid Date Created parameter'),
  50309: e(400, 'Invalid Date Updated parameter'),
  50310: e(400, 'Author parameter is too long'),
  50341: e(400, 'Invalid messaging service SID'),
  50342: e(400, 'Messaging service does not belong to account'),
  50353: e(409, 'Conversation with provided unique name already exists'),
  50355: e(409, 'An address configuration for this address exists already'),
  50360: e(404, 'Conversation webhook not found'),
  50361: e(400, 'Too many conversation webhooks'),
  50362: e(400, 'Too many conversation webhook triggers'),
  50365: e(400, 'Invalid conversation webhook filter'),
  50366: e(400, 'Invalid conversation webhook trigger'),
  50367: e(400, 'Invalid conversation webhook flow SID'),
  50369: e(400, 'Conversation webhook URL not provided'),
  50370: e(400, 'Conversation webhook filter not provided'),
  50371: e(400, 'Conversation webhook trigger not provided'),
  50374: e(400, "'State' field can't be empty"),
  50375: e(400, 'TimeToInactive should be greater or equal to 1 minute'),
  50376: e(400, 'TimeToClosed should be greater or equal to 10 minutes'),
  50377: e(400, "Can't update conversation as it's in final closed state"),
  50378: e(400, "'State' parameter value is invalid"),
  50379: e(400, 'TimeToInactive format is invalid'),
  50380: e(400, 'TimeToClosed format is invalid'),
  50384: e(400, "Initial state can't be 'closed'"),
  50386: e(409, 'Conversation is still initializing'),
  50390: e(400, 'Unique name should not match conversation sid pattern'),
  50407: e(400, 'Invalid messaging binding address'),
  50408: e(400, 'Invalid participant proxy address'),
  50409: e(400, 'Participant address equals proxy address'),
  50411: e(400, 'Participant address is empty'),
  50412: e(400, 'Participant proxy address is empty'),
  50413: e(400, 'Account is not authorized to use proxy address'),
  50414: e(400, 'Participant address type does not match proxy address type'),
  50415: e(400, 'Proxy address is not WhatsApp enabled sender'),
  50416: e(409, 'A binding for this participant and proxy address already exists in Conversation'),
  50417: e(400, 'Participants limit exceeded'),
  50421: e(400, 'Invalid last read message index format'),
  50422: e(400, 'Non-chat conversation participants limit exceeded'),
  50425: e(409, 'Participant and proxy address pairs for one or more participants already in use.'),
  50426: e(400, 'Request contains too many participants.'),
  50433: e(409, 'Participant already exists'),
  50434: e(400, 'Participant projected address not provided'),
  50435: e(400, 'Group MMS activation failed.'),
  50436: e(400, 'Participant limit exceeded for group conversation'),
  50437: e(409, 'Group Participant already exists'),
  50438: e(409, 'Group conversation with given participant list already exists'),
  50439: e(400, 'Account is not authorized to use the projected address'),
  50440: e(400, 'Failed to remove the proxy address of a participant.'),
  50441: e(400, 'Failed to add a proxy address to a participant'),
  50442: e(400, 'Failed to remove the projected address of a participant.'),
  50443: e(400, 'Failed to add a projected address to a participant.'),
  50444: e(400, 'Failed to add an identity to a participant.'),
  50451: e(
    400,
    'One user identifier parameter for lookup at a time is allowed. Please, use either Identity or Address.',
  ),
  50504: e(400, 'Message body parameter is too long'),
  50510: e(400, 'Invalid message media SID'),
  50513: e(400, 'Message author should be among Group MMS participants.'),
  54006: e(413, 'The data is larger than 16 KiB'),
  54008: e(400, 'Data must be a JSON object'),
  54009: e(429, 'Rate limit exceeded'),
  54103: e(412, 'The revision of the document does not match the expected revision'),
  54301: e(409, 'Unique name already exists'),
  54302: e(400, 'Invalid unique name'),
} as const satisfies Record<number, KnownError>;

/** A code of `errorList`. */
export type ErrorCode = keyof typeof errorList;

/**
 * @param detail what is wrong in this case; it follows Twilio's message
 * @returns the error with Twilio's status and message
 */
export function refuse(code: ErrorCode, detail?: string): TwilioError {
  const { status, message } = errorList[code];
  return new TwilioError(
    status,
    code,
    detail === undefined ? message : `${message.replace(/\.$/, '')}: ${detail}`,
  );
}

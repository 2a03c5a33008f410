// One feature's calls, by one major of the SDK. Plain JavaScript, because the majors' types differ.
// It is called with the SDK's folder, the feature and a JSON argument, and prints everything that the SDK returned.

/** What an error of the SDK tells its user. */
const failure = (work) =>
  work.then(
    () => 'no error',
    (error) => {
      const { status, code, message, moreInfo } = error;
      return { type: error.constructor.name, status, code, message, moreInfo };
    },
  );

const calls = {
  async conversations({ conversations: { v1 } }) {
    const { sid } = await v1.conversations.create({ friendlyName: 'One', uniqueName: 'one' });
    for (const friendlyName of ['Two', 'Three']) await v1.conversations.create({ friendlyName });
    const updated = await v1
      .conversations(sid)
      .update({ attributes: '{"tier":"gold"}', friendlyName: 'Uno' });
    return {
      updated,
      byName: await v1.conversations('one').fetch(),
      // Each on a page of its own.
      names: (await v1.conversations.list({ pageSize: 1 })).map(({ friendlyName }) => friendlyName),
      limited: (await v1.conversations.list({ limit: 2 })).length,
      closed: (await v1.conversations(sid).update({ state: 'closed' })).state,
      removed: await v1.conversations(sid).remove(),
      left: (await v1.conversations.list()).length,
    };
  },

  async participants({ conversations: { v1 } }) {
    const { sid } = await v1.conversations.create({ friendlyName: 'Ada' });
    const { participants } = v1.conversations(sid);
    const customer = await participants.create({
      'messagingBinding.address': '+12125550101',
      'messagingBinding.proxyAddress': '+16465550190',
    });
    const worker = await participants.create({ identity: 'alice@example.com' });
    const attributes = JSON.stringify({ customer_id: '1001' });
    await v1.conversations(sid).participants(customer.sid).update({ attributes });
    return {
      all: await participants.list(),
      ofWorker: await v1.participantConversations.list({ identity: 'alice@example.com' }),
      ofCustomer: await v1.participantConversations.list({ address: '+12125550101' }),
      removed: await v1.conversations(sid).participants(worker.sid).remove(),
      left: (await participants.list()).map((one) => one.sid === customer.sid),
    };
  },

  async messages({ conversations: { v1 } }) {
    const conversation = v1.conversations((await v1.conversations.create({ friendlyName: 'Ada' })).sid);
    const sent = await conversation.messages.create({ author: 'alice@example.com', body: 'Grüße 👋 & more' });
    const { sid } = sent;
    await conversation.messages.create({ author: 'alice@example.com', body: 'Bye' });
    const changed = await conversation.messages(sid).update({ body: 'Hello' });
    const listed = await conversation.messages.list({ order: 'desc' });
    return {
      sent: sent.body,
      changed,
      fetched: (await conversation.messages(sid).fetch()).body,
      listed: listed.map(({ index, body }) => [index, body]),
      removed: await conversation.messages(sid).remove(),
      left: (await conversation.messages.list()).length,
    };
  },

  async webhooks({ conversations: { v1 } }) {
    const webhooks = v1.configuration.webhooks();
    const { method, filters, preWebhookUrl, postWebhookUrl } = await webhooks.fetch();
    const updated = await webhooks.update({
      method: 'GET',
      filters: ['onMessageAdded', 'onConversationAdd'],
      preWebhookUrl: 'https://example.com/before?a=1&b=2',
    });
    await webhooks.update({ method, filters, preWebhookUrl, postWebhookUrl });
    return { updated, restored: (await webhooks.fetch()).filters };
  },

  async interactions({ flexApi: { v1 }, conversations }, { channel, routing }) {
    const made = await v1.interaction.create({ channel, routing });
    const [listed] = await v1.interaction(made.sid).channels.list();
    const { conversationSid } = JSON.parse(made.routing.properties.attributes);
    const participants = await conversations.v1.conversations(conversationSid).participants.list();
    const one = v1.interaction(made.sid).channels(listed.sid);
    return {
      isSameChannel: listed.sid === made.channel.sid,
      channel: listed,
      participants: participants.map(({ identity, messagingBinding }) => identity ?? messagingBinding),
      closed: (await one.update({ status: 'closed', routing: { status: 'closed' } })).status,
    };
  },

  async documents({ sync }) {
    const { documents } = sync.v1.services('default');
    const created = await documents.create({ uniqueName: 'start-1', data: { step: 'sent' }, ttl: 60 });
    const one = sync.v1.services('default').documents('start-1');
    const updated = await one.update({ data: { step: 'done' }, ifMatch: created.revision });
    return {
      created,
      updated: [updated.data, updated.revision],
      again: await failure(documents.create({ uniqueName: 'start-1' })),
      late: await failure(one.update({ data: {}, ifMatch: created.revision })),
      names: (await documents.list()).map(({ uniqueName }) => uniqueName),
      removed: await one.remove(),
      gone: await failure(one.fetch()),
    };
  },

  async errors({ conversations: { v1 }, sync }, _given, twilio) {
    const { sid } = await v1.conversations.create({ friendlyName: 'Ada' });
    const { participants } = v1.conversations(sid);
    await participants.create({ identity: 'alice@example.com' });
    const { TWILIO_ACCOUNT_SID } = process.env;
    return {
      missing: await failure(v1.conversations(`CH${'9'.padStart(32, '0')}`).fetch()),
      twice: await failure(participants.create({ identity: 'alice@example.com' })),
      unauthorized: await failure(twilio(TWILIO_ACCOUNT_SID, 'wrong').conversations.v1.conversations.list()),
      notSimulated: await failure(sync.v1.services.list()),
    };
  },
};

const [folder, feature, given] = process.argv.slice(2);
const twilio = require(folder);
// Account and token are in the environment.
calls[feature](twilio(), JSON.parse(given), twilio).then((result) => console.log(JSON.stringify(result)));

import { validateProxyAddress, validateResponse } from '../../simulator/webhooks/contracts';

describe('the check of an answer', () => {
  const judge = (name: string, body: unknown) =>
    validateResponse(name, { status: 200, body: JSON.stringify(body), contentType: 'application/json' })
      .problems;

  it.each([
    [
      'GetCustomersList',
      { objects: { customers: [{ customer_id: 1, display_name: 'A' }] } },
      [{ field: 'objects.customers[0].customer_id', problem: 'must be text' }],
    ],
    ['GetCustomersList', {}, [{ field: 'objects', problem: 'is missing' }]],
    [
      'GetCustomerDetailsByCustomerId',
      { objects: { customer: { customer_id: '1', display_name: 'A' } } },
      [{ field: 'objects.customer.channels', problem: 'is missing' }],
    ],
    [
      'GetTemplatesByCustomerId',
      [{ display_name: 'A', templates: [{ content: 'Hi {{Name}}' }] }],
      [{ field: '[0].templates[0].content', problem: 'has a placeholder that is not filled in' }],
    ],
    [
      'onConversationAdd',
      { attributes: { avatar: 'x' } },
      [{ field: 'attributes', problem: 'must be JSON as text, not an object' }],
    ],
  ])('names the wrong field of %s in %j', (name, body, problems) => {
    expect(judge(name, body)).toEqual(problems);
  });

  it('names an answer over 64 KB', () => {
    const templates = [{ display_name: 'A', templates: [{ content: 'x'.repeat(65 * 1024) }] }];
    expect(judge('GetTemplatesByCustomerId', templates)[0]?.problem).toMatch(
      /has \d+ bytes; at most 65536 are read/,
    );
  });

  it('finds no problem in a valid proxy address', () => {
    expect(validateProxyAddress('+16465550190', '+12125550101', 'sms')).toEqual({ problems: [] });
  });
});

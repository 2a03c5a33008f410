import { useState } from 'preact/hooks';
import { call } from '../state/control-api';
import { worker } from '../state/state';

interface TemplatesProps {
  customerId: string;
  conversationSid: string;
  onPick(content: string): void;
}

interface Category {
  display_name: string;
  templates: { content: string; whatsAppApproved?: boolean }[];
}

/** The templates that the callback offers for this customer; the chosen one becomes the text. */
export function Templates({ customerId, conversationSid, onPick }: TemplatesProps) {
  const [categories, setCategories] = useState<Category[] | undefined>();
  const load = async (): Promise<void> => {
    if (categories) return setCategories(undefined);
    const query = new URLSearchParams({ worker: worker.value, customerId, conversationSid });
    const answer = await call<{ categories: Category[] }>('GET', `/api/app/templates?${query}`);
    setCategories(answer?.categories ?? []);
  };
  return (
    <div class="templates">
      <button
        type="button"
        class="link"
        aria-expanded={categories !== undefined}
        data-testid="templates"
        onClick={() => void load()}
      >
        Templates
      </button>
      {categories?.length === 0 && <small>No templates for this customer.</small>}
      {categories?.map(({ display_name, templates }) => (
        <fieldset key={display_name}>
          <legend>{display_name}</legend>
          {templates.map(({ content, whatsAppApproved }) => (
            <button
              key={content}
              type="button"
              class="template"
              onClick={() => {
                onPick(content);
                setCategories(undefined);
              }}
            >
              {content} {whatsAppApproved && <em>WhatsApp ✓</em>}
            </button>
          ))}
        </fieldset>
      ))}
    </div>
  );
}

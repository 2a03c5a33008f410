/** An error's code, which links to its page: Twilio's, or the one of this project. */
export function ErrorLink({ code }: { code: number | string }) {
  const isTwilios = /^\d+$/.test(String(code));
  const href = isTwilios ? `https://www.twilio.com/docs/api/errors/${code}` : `/errors#${code}`;
  return (
    <a class="code" href={href} target="_blank" rel="noreferrer">
      {code}
    </a>
  );
}

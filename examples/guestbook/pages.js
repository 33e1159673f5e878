/** The page of entries, newest first. Everything that a visitor wrote goes through `html`, which escapes it. */
export function entriesPage(entries, serverName) {
  return page(
    "Guestbook",
    html`
      <header>
        <h1>Guestbook</h1>
        <p>Leave a line. It is kept in the database, whichever server you reach.</p>
      </header>
      <form method="post" action="/entries">
        <label>Name <input name="name" required maxlength="80" autocomplete="name"></label>
        <label>Message <textarea name="message" required maxlength="2000" rows="3"></textarea></label>
        <button>Sign the guestbook</button>
      </form>
      <main>
        ${entries.length === 0 ? html`<p class="empty">Nobody has signed yet. Be the first.</p>` : entries.map(article)}
      </main>
      <footer>Answered by <strong id="server">${serverName}</strong></footer>
    `,
  );
}

export function errorPage(status, message) {
  return page(
    "Guestbook",
    html`
      <header>
        <h1>${status}</h1>
        <p>${message}</p>
      </header>
      <p><a href="/">Back to the guestbook</a></p>
    `,
  );
}

function article({ id, author, text, server, created }) {
  const stamp = created.toISOString();
  return html`
    <article id="entry-${id}">
      <p>${text}</p>
      <footer>
        <strong>${author}</strong>
        <time datetime="${stamp}">${stamp.slice(0, 16).replace("T", " ")} UTC</time>
        <span>via ${server}</span>
      </footer>
    </article>`;
}

function page(title, content) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${title}</title>
        <link rel="icon" href="/favicon.ico">
        <link rel="stylesheet" href="/assets/style.css">
        <script src="/assets/app.js" type="module"></script>
      </head>
      <body>${content}</body>
    </html>`.markup;
}

/** Text that is HTML already. Made by `html` only. */
class Markup {
  constructor(markup) {
    this.markup = markup;
  }
}

/** A tagged template that escapes every value, except what it made itself. A list is put in item by item. */
function html(strings, ...values) {
  return new Markup(String.raw({ raw: strings }, ...values.map(markupOf)));
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function markupOf(value) {
  if (value instanceof Markup) return value.markup;
  if (Array.isArray(value)) return value.map(markupOf).join("");
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

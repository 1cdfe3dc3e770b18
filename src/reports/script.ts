/**
 * Searching and sorting of a list of columns and their cards; all that the page's script does. The list's headings
 * become buttons; rows and cards carry what they are sorted by in `data-` attributes.
 */
export const PAGE_SCRIPT = `
(() => {
  const list = document.querySelector('[data-list]');
  if (!list) return;
  const body = list.tBodies[0];
  const cards = document.querySelector('[data-cards]');
  const search = document.querySelector('[data-search]');
  const empty = document.querySelector('[data-empty]');
  search.hidden = false;
  const field = search.querySelector('input');
  const items = () => [...body.rows, ...cards.children];
  const filter = () => {
    const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let found = 0;
    for (const item of items()) {
      const text = item.dataset.find;
      item.hidden = !words.every((word) => text.includes(word));
      if (!item.hidden && item.parentNode === body) found++;
    }
    empty.hidden = found > 0;
  };
  field.addEventListener('input', filter);
  const sort = (key, isAscending) => {
    const order = (a, b) => {
      const [x, y] = [a.dataset[key], b.dataset[key]];
      const difference = key === 'find' ? (x < y ? -1 : x > y ? 1 : 0) : x - y;
      return (isAscending ? difference : -difference) || a.dataset.at - b.dataset.at;
    };
    body.append(...[...body.rows].sort(order));
    cards.append(...[...cards.children].sort(order));
  };
  for (const heading of list.querySelectorAll('th[data-sort]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener('click', () => {
      const isFirst = heading.dataset.sort === 'find' ? 'ascending' : 'descending';
      const was = heading.getAttribute('aria-sort');
      const now = was === null ? isFirst : was === 'ascending' ? 'descending' : 'ascending';
      for (const other of list.querySelectorAll('th')) other.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', now);
      sort(heading.dataset.sort, now === 'ascending');
    });
  }
})();
`;

import MarkdownIt, { type Token } from 'markdown-it';
import { hiddenTarget, linkHref } from './link-target.ts';
import { remembered } from './remembered.ts';

/** What a message says, as a tree that knows nothing of HTML. Line breaks stand in the texts. */
export type MarkdownNode =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'code_block'; readonly text: string; readonly language: string }
  | {
      readonly kind: 'link';
      readonly href: string;
      /** Where it really leads, if its text could make a reader believe something else. */
      readonly target: string | undefined;
      readonly children: readonly MarkdownNode[];
    }
  | {
      readonly kind: 'ordered_list';
      readonly start: number;
      readonly children: readonly MarkdownNode[];
    }
  | { readonly kind: GroupKind; readonly children: readonly MarkdownNode[] };

/** `line` is a paragraph without the space around it, as in a list whose items follow each other closely. */
type GroupKind = 'paragraph' | 'line' | 'quote' | 'list' | 'item' | 'strong' | 'emphasis' | 'strike';

/** Deeper than anybody writes: what goes on is hostile, and the page would have to lay it out. */
const maxDepth = 16;
/** Of text whose trees are kept; at worst a tree takes some two hundred bytes for a character. */
const rememberedChars = 400_000;

/**
 * Chat, not documents: no raw HTML, headings, rules, tables, indented code, reference links or character references,
 * all of which people type without meaning them. Only what is written as an address becomes a link, not each `a.b`.
 */
function chatParser() {
  const parser = new MarkdownIt({ html: false, linkify: true, maxNesting: maxDepth });
  parser.disable(['heading', 'lheading', 'hr', 'table', 'code', 'reference', 'html_block', 'html_inline']);
  parser.disable('entity');
  parser.linkify
    .set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })
    .add('ftp:', null)
    .add('//', null);
  parser.validateLink = (address) => linkHref(address) !== undefined;
  parser.normalizeLink = (address) => address;
  parser.normalizeLinkText = (address) => address;
  return parser;
}

const parser = chatParser();

/**
 * Reads a message, once for the same text. A text that is nested beyond all sense, or of which nothing would be seen
 * (a lone `>` or `-`), is one paragraph as it was typed.
 */
export const parseMarkdown: (text: string) => readonly MarkdownNode[] = remembered((text) => {
  const nodes = treeOf(parser.parse(text, {}));
  return nodes === undefined || !nodes.some(isSeen) ? asTyped(text) : nodes;
}, rememberedChars);

function asTyped(text: string): MarkdownNode[] {
  return [{ kind: 'paragraph', children: [{ kind: 'text', text }] }];
}

function isSeen(node: MarkdownNode): boolean {
  return 'children' in node ? node.children.some(isSeen) : /[^\s\p{Cf}]/u.test(node.text);
}

/** Undefined if the tokens are nested too deeply. */
function treeOf(tokens: readonly Token[]): MarkdownNode[] | undefined {
  const root: MarkdownNode[] = [];
  const open: { readonly token: Token; readonly children: MarkdownNode[] }[] = [];
  for (const token of flat(tokens)) {
    const children = open.at(-1)?.children ?? root;
    if (token.nesting === 1) {
      if (open.length >= maxDepth - 1) return undefined;
      open.push({ token, children: [] });
    } else if (token.nesting === -1) {
      const closed = open.pop();
      const parent = open.at(-1)?.children ?? root;
      if (closed !== undefined) parent.push(groupOf(closed.token, closed.children));
    } else if (token.type === 'image') {
      children.push(
        imageLink(
          token,
          open.some(({ token: { type } }) => type === 'link_open'),
        ),
      );
    } else {
      addLeaf(children, token);
    }
  }
  return root;
}

function* flat(tokens: readonly Token[]): Generator<Token> {
  for (const token of tokens) {
    if (token.type === 'inline') yield* token.children ?? [];
    else yield token;
  }
}

const groupKinds: Record<string, GroupKind> = {
  paragraph_open: 'paragraph',
  blockquote_open: 'quote',
  bullet_list_open: 'list',
  list_item_open: 'item',
  strong_open: 'strong',
  em_open: 'emphasis',
  s_open: 'strike',
};

function groupOf(token: Token, children: MarkdownNode[]): MarkdownNode {
  if (token.type === 'link_open') return linkOf(String(token.attrGet('href') ?? ''), children);
  if (token.type === 'ordered_list_open') {
    return { kind: 'ordered_list', start: Number(token.attrGet('start') ?? 1), children };
  }
  return { kind: token.hidden ? 'line' : (groupKinds[token.type] ?? 'line'), children };
}

/** A picture of another host would tell that host who reads, and when: it is a link. Links do not nest. */
function imageLink(token: Token, isInLink: boolean): MarkdownNode {
  const text: MarkdownNode = { kind: 'text', text: token.content };
  return isInLink ? text : linkOf(String(token.attrGet('src') ?? ''), [text]);
}

function linkOf(address: string, label: MarkdownNode[]): MarkdownNode {
  const href = linkHref(address);
  if (href === undefined) return { kind: 'line', children: label };
  const children: MarkdownNode[] = label.some(isSeen) ? label : [{ kind: 'text', text: href }];
  return { kind: 'link', href, target: hiddenTarget(children.map(lettersOf).join(''), href), children };
}

function lettersOf(node: MarkdownNode): string {
  return 'children' in node ? node.children.map(lettersOf).join('') : node.text;
}

/** Neighbouring texts become one, so that a name is found in them as it was typed. */
function addLeaf(children: MarkdownNode[], token: Token): void {
  if (token.type === 'fence') {
    const language = token.info.trim().split(/\s/, 1)[0] ?? '';
    children.push({ kind: 'code_block', text: token.content.replace(/\n$/, ''), language });
  } else if (token.type === 'code_inline') {
    children.push({ kind: 'code', text: token.content });
  } else {
    const text = token.type === 'softbreak' || token.type === 'hardbreak' ? '\n' : token.content;
    const before = children.at(-1);
    if (before?.kind === 'text') children[children.length - 1] = { kind: 'text', text: before.text + text };
    else if (text !== '') children.push({ kind: 'text', text });
  }
}

//! The languages that are highlighted: their words, quotes and comments. One entry each; adding one is adding it here.

/// How a text begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    pub open: &'static str,
    pub close: &'static str,
    /// Whether a backslash keeps the next character.
    pub escapes: bool,
    pub spans_lines: bool,
}

/// What the lexer must know of a language.
#[derive(Debug)]
pub struct Language {
    /// Extensions of its files.
    extensions: &'static [&'static str],
    /// Platforms of events whose frames are in it when the file's name says nothing.
    platforms: &'static [&'static str],
    /// Words in one text, separated by spaces.
    keywords: &'static str,
    pub line_comments: &'static [&'static str],
    pub block_comments: &'static [(&'static str, &'static str)],
    /// Longer openings first.
    pub quotes: &'static [Quote],
    /// Characters that belong to words beside letters, digits and `_`.
    word_marks: &'static str,
    ignores_case: bool,
}

impl Language {
    /// By the file's extension, else by the platform of the frame.
    pub fn of(filename: &str, platform: &str) -> Option<&'static Self> {
        let name = filename.split(['?', '#']).next().unwrap_or_default();
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let by_extension =
            |language: &&Self| extension.as_deref().is_some_and(|extension| language.extensions.contains(&extension));
        let by_platform = |language: &&Self| language.platforms.contains(&platform);
        LANGUAGES.iter().find(by_extension).or_else(|| LANGUAGES.iter().find(by_platform))
    }

    pub fn is_keyword(&self, word: &str) -> bool {
        let mut keywords = self.keywords.split(' ');
        if self.ignores_case {
            keywords.any(|keyword| keyword.eq_ignore_ascii_case(word))
        } else {
            keywords.any(|keyword| keyword == word)
        }
    }

    pub fn is_word_start(&self, character: char) -> bool {
        character.is_alphabetic() || character == '_' || self.word_marks.contains(character)
    }

    pub fn is_word(&self, character: char) -> bool {
        character.is_alphanumeric() || character == '_' || self.word_marks.contains(character)
    }
}

const fn quote(mark: &'static str) -> Quote {
    Quote { open: mark, close: mark, escapes: true, spans_lines: false }
}

const fn long(mark: &'static str) -> Quote {
    Quote { open: mark, close: mark, escapes: true, spans_lines: true }
}

const fn verbatim(open: &'static str, close: &'static str) -> Quote {
    Quote { open, close, escapes: false, spans_lines: true }
}

const SIMPLE: &[Quote] = &[quote("\""), quote("'")];
const SLASHES: &[&str] = &["//"];
const HASH: &[&str] = &["#"];
const STARS: &[(&str, &str)] = &[("/*", "*/")];

/// A language like C; the others say in what they differ.
const PLAIN: Language = Language {
    extensions: &[],
    platforms: &[],
    keywords: "",
    line_comments: SLASHES,
    block_comments: STARS,
    quotes: SIMPLE,
    word_marks: "",
    ignores_case: false,
};

/// The first match wins.
static LANGUAGES: &[Language] = &[
    Language {
        extensions: &["py", "pyi", "pyx"],
        platforms: &["python"],
        keywords: "False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return self try while with yield",
        line_comments: HASH,
        block_comments: &[],
        quotes: &[long("\"\"\""), long("'''"), quote("\""), quote("'")],
        ..PLAIN
    },
    Language {
        extensions: &["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte"],
        platforms: &["javascript", "node"],
        keywords: "abstract any as async await boolean break case catch class const constructor continue debugger declare default delete do else enum export extends false finally for from function get if implements import in instanceof interface is keyof let namespace never new null number of private protected public readonly return set static string super switch this throw true try type typeof undefined unknown var void while with yield",
        quotes: &[long("`"), quote("\""), quote("'")],
        word_marks: "$",
        ..PLAIN
    },
    Language {
        extensions: &["java"],
        platforms: &["java"],
        keywords: "abstract assert boolean break byte case catch char class const continue default do double else enum extends false final finally float for if implements import instanceof int interface long native new null package private protected public record return sealed short static super switch synchronized this throw throws transient true try var void volatile while yield",
        quotes: &[long("\"\"\""), quote("\""), quote("'")],
        word_marks: "@",
        ..PLAIN
    },
    Language {
        extensions: &["kt", "kts"],
        platforms: &["kotlin"],
        keywords: "abstract as break by catch class companion const constructor continue data do else enum false final finally for fun if import in inline interface internal is it lateinit null object open operator override package private protected public return sealed super suspend this throw true try typealias val var when while",
        quotes: &[long("\"\"\""), quote("\""), quote("'")],
        word_marks: "@",
        ..PLAIN
    },
    Language {
        extensions: &["go"],
        platforms: &["go"],
        keywords: "any bool break byte case chan const continue default defer else error fallthrough false for func go goto if import int int32 int64 interface iota make map new nil package panic range return rune select string struct switch true type uint8 uint64 var",
        quotes: &[verbatim("`", "`"), quote("\""), quote("'")],
        ..PLAIN
    },
    Language {
        extensions: &["rs"],
        platforms: &["rust"],
        keywords: "Self as async await bool break char const continue crate dyn else enum extern f32 f64 false fn for i32 i64 if impl in let loop match mod move mut pub ref return self static str struct super trait true type u8 u16 u32 u64 union unsafe use usize where while",
        quotes: &[verbatim("r#\"", "\"#"), long("\"")],
        ..PLAIN
    },
    Language {
        extensions: &["php", "phtml", "inc"],
        platforms: &["php"],
        keywords: "abstract and array as break callable case catch class clone const continue declare default do echo else elseif empty enddo endforeach endif endwhile enum extends false final finally fn for foreach function global if implements include include_once instanceof insteadof interface isset list match namespace new null or parent print private protected public readonly require require_once return self static string switch this throw trait true try unset use var void while xor yield",
        line_comments: &["//", "#"],
        quotes: &[long("\""), long("'")],
        word_marks: "$",
        ignores_case: true,
        ..PLAIN
    },
    Language {
        extensions: &["rb", "rake", "erb", "gemspec", "ru"],
        platforms: &["ruby"],
        keywords: "alias and begin break case class def defined? do else elsif end ensure false for if in include module next nil not or private protected public raise redo require rescue retry return self super then true undef unless until when while yield",
        line_comments: HASH,
        block_comments: &[("=begin", "=end")],
        quotes: &[long("\""), long("'"), quote("`")],
        word_marks: "@$",
        ..PLAIN
    },
    Language {
        extensions: &["cs", "cshtml", "razor", "fs", "vb"],
        platforms: &["csharp"],
        keywords: "abstract as async await base bool break byte case catch char class const continue decimal default delegate do double else enum event explicit extern false finally fixed float for foreach get if implicit in init int interface internal is lock long namespace new null object operator out override params private protected public readonly record ref return sealed set short static string struct switch this throw true try typeof uint ulong using value var virtual void volatile when where while yield",
        quotes: &[verbatim("@\"", "\""), long("\"\"\""), quote("\""), quote("'")],
        ..PLAIN
    },
    Language {
        extensions: &["c", "h", "cc", "cpp", "cxx", "hpp", "hh", "m", "mm", "ino"],
        platforms: &["c", "native", "objc", "cocoa"],
        keywords: "alignas auto bool break case catch char class const constexpr continue decltype default delete do double else enum explicit extern false float for friend goto if inline int long mutable namespace new nil noexcept nullptr operator override private protected public register return self short signed sizeof static struct super switch template this throw true try typedef typename union unsigned using virtual void volatile while NULL YES NO",
        word_marks: "@",
        quotes: SIMPLE,
        ..PLAIN
    },
    Language {
        extensions: &["swift"],
        platforms: &["swift"],
        keywords: "actor any as async await break case catch class continue default defer deinit do else enum extension fallthrough false fileprivate final for func guard if import in init inout internal is lazy let nil open operator override private protocol public repeat rethrows return self some static struct subscript super switch throw throws true try typealias unowned var weak where while",
        quotes: &[long("\"\"\""), quote("\"")],
        word_marks: "@",
        ..PLAIN
    },
    Language {
        extensions: &["dart"],
        platforms: &["dart"],
        keywords: "abstract as assert async await bool break case catch class const continue covariant default do double dynamic else enum export extends extension external factory false final finally for get if implements import in int interface is late library mixin new null on operator part required rethrow return set static super switch sync this throw true try typedef var void while with yield",
        quotes: &[long("\"\"\""), long("'''"), quote("\""), quote("'")],
        word_marks: "@$",
        ..PLAIN
    },
    Language {
        extensions: &["scala", "sc", "groovy", "gradle"],
        platforms: &["scala", "groovy"],
        keywords: "abstract assert case catch class def do else enum extends false final finally for forSome given if implicit import in lazy match new null object override package private protected return sealed super then this throw trait true try type using val var while with yield",
        quotes: &[long("\"\"\""), quote("\""), quote("'")],
        word_marks: "@",
        ..PLAIN
    },
    Language {
        extensions: &["ex", "exs", "eex", "heex"],
        platforms: &["elixir"],
        keywords: "after alias and case catch cond def defimpl defmacro defmodule defp defprotocol defstruct do else end false fn for if import in nil not or quote raise receive require rescue super true try unless unquote use when with",
        line_comments: HASH,
        block_comments: &[],
        quotes: &[long("\"\"\""), long("\""), quote("'")],
        word_marks: "@",
        ..PLAIN
    },
    Language {
        extensions: &["pl", "pm", "t"],
        platforms: &["perl"],
        keywords: "and bless chomp cmp defined delete die do each else elsif eq eval exists for foreach ge gt if keys last le local lt my ne next no not or our package print push redo ref require return shift sub undef unless until use values wantarray warn while",
        line_comments: HASH,
        block_comments: &[("=pod", "=cut")],
        quotes: &[long("\""), long("'"), quote("`")],
        word_marks: "$@%",
        ..PLAIN
    },
    Language {
        extensions: &["lua"],
        platforms: &["lua"],
        keywords: "and break do else elseif end false for function goto if in local nil not or repeat return self then true until while",
        line_comments: &["--"],
        block_comments: &[("--[[", "]]")],
        quotes: &[verbatim("[[", "]]"), quote("\""), quote("'")],
        ..PLAIN
    },
    Language {
        extensions: &["erl", "hrl"],
        platforms: &["erlang"],
        keywords: "after and andalso begin case catch cond div end fun if let maybe not of or orelse receive rem try when",
        line_comments: &["%"],
        block_comments: &[],
        quotes: SIMPLE,
        ..PLAIN
    },
    Language {
        extensions: &["hs", "elm", "purs"],
        platforms: &["haskell"],
        keywords: "case class data default deriving do else family forall foreign if import in infix infixl infixr instance let module newtype of then type where",
        line_comments: &["--"],
        block_comments: &[("{-", "-}")],
        quotes: &[quote("\"")],
        word_marks: "'",
        ..PLAIN
    },
    Language {
        extensions: &["clj", "cljs", "cljc", "edn"],
        platforms: &["clojure"],
        keywords: "catch cond def defmacro defmethod defmulti defn defprotocol defrecord do doseq false finally fn for if if-let let letfn loop nil ns recur throw true try when when-let",
        line_comments: &[";"],
        block_comments: &[],
        quotes: &[long("\"")],
        word_marks: "-?!",
        ..PLAIN
    },
    Language {
        extensions: &["sh", "bash", "zsh"],
        platforms: &[],
        keywords: "case do done elif else esac exit export fi for function if in local readonly return set shift then until while",
        line_comments: HASH,
        block_comments: &[],
        quotes: &[long("\""), verbatim("'", "'")],
        word_marks: "$",
        ..PLAIN
    },
    Language {
        extensions: &["ps1", "psm1"],
        platforms: &["powershell"],
        keywords: "begin break catch class continue do else elseif end enum exit filter finally for foreach function if in param process return switch throw trap try until using while",
        line_comments: HASH,
        block_comments: &[("<#", "#>")],
        quotes: &[long("\""), verbatim("'", "'")],
        word_marks: "$-",
        ignores_case: true,
    },
    Language {
        extensions: &["sql"],
        platforms: &[],
        keywords: "all alter and as asc begin between by case cast commit create cross delete desc distinct drop else end exists false from full group having in index inner insert into is join key left like limit not null offset on or order outer primary references returning right rollback select set table then true union unique update using values view when where with",
        line_comments: &["--"],
        quotes: &[verbatim("'", "'"), quote("\"")],
        ignores_case: true,
        ..PLAIN
    },
    Language {
        extensions: &["html", "htm", "xml", "xhtml", "jinja", "jinja2", "j2", "twig", "hbs", "ejs"],
        platforms: &[],
        keywords: "block else elif endblock endfor endif extends for from if import in include is macro not set with",
        line_comments: &[],
        block_comments: &[("<!--", "-->"), ("{#", "#}")],
        quotes: &[quote("\"")],
        ..PLAIN
    },
    Language {
        extensions: &["css", "scss", "less"],
        platforms: &[],
        keywords: "important media import supports keyframes",
        word_marks: "-@",
        ..PLAIN
    },
    Language {
        extensions: &["yml", "yaml", "toml", "ini", "properties", "conf"],
        platforms: &[],
        keywords: "false null true yes no",
        line_comments: HASH,
        block_comments: &[],
        ..PLAIN
    },
];

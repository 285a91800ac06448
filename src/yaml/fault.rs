//! What can be wrong with YAML, in words for people: what is wrong and what to write instead.
//!
//! Two parsers name some ninety and forty kinds of errors; people make the twenty-five mistakes listed here.

use super::read::Problem;

/// A mistake.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    Tab,
    Key,
    Item,
    Colon,
    NoColon,
    ItemPlace,
    KeyPlace,
    Start,
    Escape,
    Digits,
    Code,
    Unclosed,
    Trailing,
    QuoteIndent,
    BlockHeader,
    BlockIndent,
    Name,
    Tag,
    Handle,
    Content,
    Bracket,
    Ended,
    Directive,
    Comment,
    Deep,
    Comments,
    Other,
}

/// The mistake behind libyaml's and go-yaml's words.
pub(super) fn of_libyaml(problem: &str) -> Fault {
    match problem {
        "did not find expected key" => Fault::Key,
        "did not find expected '-' indicator" => Fault::Item,
        "mapping values are not allowed in this context" => Fault::Colon,
        "could not find expected ':'" => Fault::NoColon,
        "block sequence entries are not allowed in this context" => Fault::ItemPlace,
        "mapping keys are not allowed in this context" => Fault::KeyPlace,
        "found character that cannot start any token" => Fault::Start,
        "found unknown escape character" => Fault::Escape,
        "did not find expected hexdecimal number" => Fault::Digits,
        "found invalid Unicode character escape code" => Fault::Code,
        "found unexpected end of stream" | "found unexpected document indicator" => Fault::Unclosed,
        "did not find expected comment or line break" | "found an indentation indicator equal to 0" => {
            Fault::BlockHeader
        }
        "did not find expected alphabetic or numeric character" => Fault::Name,
        "did not find expected whitespace or line break"
        | "did not find expected tag URI"
        | "did not find the expected '>'"
        | "did not find expected '!'"
        | "did not find URI escaped octet" => Fault::Tag,
        "found undefined tag handle" => Fault::Handle,
        "did not find expected node content" => Fault::Content,
        "did not find expected ',' or ']'" | "did not find expected ',' or '}'" => Fault::Bracket,
        "did not find expected <document start>" => Fault::Ended,
        _ if problem.contains("tab character") => Fault::Tab,
        _ if problem.contains("directive") || problem.contains("version") => Fault::Directive,
        _ => Fault::Other,
    }
}

/// The mistake behind granit's kind of error.
pub(super) fn of_granit(problem: &Problem) -> Fault {
    match problem {
        Problem::TabNotAllowed
        | Problem::TabInBlockIndentation
        | Problem::TabAtBlockScalarStart
        | Problem::TabInIndentation
        | Problem::TabInPlainScalar => Fault::Tab,
        Problem::ExpectedBlockMappingKey | Problem::InvalidIndentation | Problem::UnexpectedEofBlockMapping => {
            Fault::Key
        }
        Problem::ExpectedBlockSequenceEntry | Problem::UnexpectedEofBlockSequence => Fault::Item,
        Problem::MappingValueNotAllowed
        | Problem::InvalidMappingValueWhitespace
        | Problem::InvalidColonPlacement
        | Problem::FlowMappingValueAdjacentCollection => Fault::Colon,
        Problem::SimpleKeyExpected | Problem::InvalidSimpleKey => Fault::NoColon,
        Problem::BlockSequenceEntryNotAllowed
        | Problem::BlockEntryInFlowCollection
        | Problem::InvalidBlockEntryWhitespace => Fault::ItemPlace,
        Problem::MappingKeyNotAllowed => Fault::KeyPlace,
        Problem::UnexpectedCharacter { .. } | Problem::PlainScalarStartsWithDashFlowIndicator => Fault::Start,
        Problem::UnknownQuotedScalarEscape => Fault::Escape,
        Problem::InvalidQuotedScalarHexEscape | Problem::InvalidLowSurrogateHexEscape => Fault::Digits,
        Problem::InvalidLowSurrogate
        | Problem::MissingLowSurrogate
        | Problem::UnpairedLowSurrogate
        | Problem::InvalidUnicodeEscape => Fault::Code,
        Problem::UnclosedQuotedScalar | Problem::DocumentIndicatorInQuotedScalar => Fault::Unclosed,
        Problem::InvalidTrailingSingleQuotedScalar | Problem::InvalidTrailingDoubleQuotedScalar => Fault::Trailing,
        Problem::InvalidQuotedScalarIndent => Fault::QuoteIndent,
        Problem::InvalidBlockScalarHeader | Problem::ZeroBlockScalarIndent => Fault::BlockHeader,
        Problem::InvalidBlockScalarIndent => Fault::BlockIndent,
        Problem::MissingAnchorOrAliasName => Fault::Name,
        Problem::ExpectedTagBang
        | Problem::InvalidGlobalTagCharacter
        | Problem::InvalidTagTerminator
        | Problem::MissingTagUri
        | Problem::UnclosedVerbatimTag
        | Problem::InvalidTagEscape
        | Problem::InvalidTagUtf8 => Fault::Tag,
        Problem::UndeclaredTagHandle => Fault::Handle,
        Problem::ExpectedNodeContent => Fault::Content,
        Problem::UnexpectedEofFlowSequence
        | Problem::UnexpectedEofFlowMapping
        | Problem::UnexpectedEofImplicitFlowMapping
        | Problem::ExpectedFlowMappingSeparator
        | Problem::ExpectedFlowSequenceSeparator
        | Problem::MisplacedFlowCollectionEnd
        | Problem::MismatchedFlowCollectionEnd { .. }
        | Problem::UnclosedFlowCollection { .. }
        | Problem::InvalidFlowScalarIndent => Fault::Bracket,
        Problem::ExpectedDocumentStart | Problem::InvalidDocumentEnd => Fault::Ended,
        Problem::MissingDocumentEndBeforeDirective
        | Problem::DuplicateVersionDirective
        | Problem::UnsupportedYamlMajorVersion
        | Problem::InvalidDirectiveTerminator
        | Problem::MissingYamlVersionSeparator
        | Problem::MissingDirectiveName
        | Problem::InvalidDirectiveName
        | Problem::DirectiveByteLimitExceeded { .. }
        | Problem::TooManyReservedDirectiveParams { .. }
        | Problem::YamlVersionTooLong
        | Problem::MissingYamlVersion
        | Problem::InvalidTagDirectiveTerminator
        | Problem::ExpectedTagDirectiveBang
        | Problem::DuplicateTagDirective => Fault::Directive,
        Problem::CommentInterceptedScalar | Problem::CommentNotSeparated | Problem::ExpectedWhitespace => {
            Fault::Comment
        }
        Problem::RecursionLimitExceeded => Fault::Deep,
        Problem::TooManyComments => Fault::Comments,
        _ => Fault::Other,
    }
}

/// What is wrong, and what to write.
pub(super) fn words(fault: Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::Tab => ("a tab cannot indent YAML", "indent with spaces"),
        Fault::Key => (
            "this line does not fit into the mapping around it",
            "start all keys of a mapping in the same column, each as `key: value`",
        ),
        Fault::Item => {
            ("this line does not fit into the list around it", "start each item with `- ` in the column of the others")
        }
        Fault::Colon => (
            "a `: ` cannot stand here",
            "quote the text if the colon belongs to it; if this is a key of its own, check the column of its line",
        ),
        Fault::NoColon => (
            "expected a `:` after this key",
            "write `key: value`, or indent the line further if it goes on with the text above it",
        ),
        Fault::ItemPlace => ("a list item cannot begin here", "put the `- ` on a line of its own below the key"),
        Fault::KeyPlace => ("a `? ` key cannot begin here", "put it on a line of its own, or quote the text"),
        Fault::Start => ("no value can begin with this character", "quote the text"),
        Fault::Escape => (
            "this is not an escape of double-quoted YAML",
            "double the backslash where one is meant, else leave it out",
        ),
        Fault::Digits => {
            ("this escape has too few hexadecimal digits", "write two after `\\x`, four after `\\u`, eight after `\\U`")
        }
        Fault::Code => (
            "this escape is not a Unicode character",
            "write the character itself, or one `\\U` escape of eight digits",
        ),
        Fault::Unclosed => (
            "this quote is never closed",
            "close it; a quote inside the text is `\\\"` in double and `''` in single quotes",
        ),
        Fault::Trailing => (
            "the value goes on after its closing quote",
            "quote the whole value; a quote inside the text is `\\\"` in double and `''` in single quotes",
        ),
        Fault::QuoteIndent => {
            ("the lines of this quoted text are not indented enough", "indent them further than the key")
        }
        Fault::BlockHeader => (
            "only an indentation digit, `+` or `-` may follow `|` or `>` on its line",
            "begin the text on the next line, indented",
        ),
        Fault::BlockIndent => {
            ("a line of this block text is indented less than its first line", "indent every line of it alike")
        }
        Fault::Name => ("`&` and `*` need a name behind them", "quote the text if it begins with `*` or `&`"),
        Fault::Tag => {
            ("this tag is not complete", "put a space behind the tag, or quote the text if it begins with `!`")
        }
        Fault::Handle => ("the handle of this tag is not declared", "quote the text if it begins with `!`"),
        Fault::Content => ("expected a value here", "write a value, or quote the text"),
        Fault::Bracket => {
            ("this bracket is not closed as it should be", "close it, separate its entries with `,`, or quote the text")
        }
        Fault::Ended => {
            ("the document ends before this line", "check the column of this line and of the lines above it")
        }
        Fault::Directive => (
            "this directive is not one that Prometheus reads",
            "remove the line, or quote the text if it begins with `%`",
        ),
        Fault::Comment => ("a comment cannot stand here", "put a space before the `#`, or quote the text"),
        Fault::Deep => ("nested too deeply: what is inside was not checked", "flatten it"),
        Fault::Comments => ("too many comments in a row: what follows was not checked", "remove some of them"),
        Fault::Other => ("this is not YAML", "check the quotes and the columns of the lines here"),
    }
}

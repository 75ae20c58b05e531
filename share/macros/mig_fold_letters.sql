{#- Lower-case letters that compare as others do in Windows collations: wide
    and narrow forms, katakana and hiragana, ligatures. -#}
{% macro mig_fold_letters(value) -%}
    {{ return(adapter.dispatch('mig_fold_letters')(value)) }}
{%- endmacro %}

{% macro default__mig_fold_letters(value) -%}
    {%- set pairs = [
        ("²³¹ªºς　",
         "231aoσ "),
        ("！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～￠￡￢￤￥￦",
         "!\"#$%&''()*+,-./0123456789:;<=>?@[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~¢£¬¦¥₩"),
        ("ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶヽヾ",
         "ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんゔゕゖゝゞ"),
        ("｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ",
         "。「」、・をぁぃぅぇぉゃゅょっーあいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわん゙゚")] -%}
    {%- set words = [('ß', 'ss'), ('æ', 'ae'), ('œ', 'oe'), ('þ', 'th'), ('ĳ', 'ij'), ('ﬀ', 'ff'), ('ﬁ', 'fi'), ('ﬂ', 'fl')] -%}
    {%- set folded = namespace(text="translate(" ~ value ~ ", '" ~ pairs | map('first') | join ~ "', '" ~ pairs | map('last') | join ~ "')") -%}
    {%- for letter, two in words %}
    {%- set folded.text = "replace(" ~ folded.text ~ ", '" ~ letter ~ "', '" ~ two ~ "')" %}
    {%- endfor %}
    {{- folded.text }}
{%- endmacro %}

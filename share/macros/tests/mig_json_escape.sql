{{ mig_unexpected([
    (mig_json_escape("'a/b'"), "'a' || chr(92) || '/b'"),
    (mig_json_escape("'a' || chr(9) || chr(31)"), "'a' || chr(92) || 't' || chr(92) || 'u001f'"),
    (mig_json_escape("'a' || chr(34) || chr(92)"), "'a' || chr(92) || chr(34) || chr(92) || chr(92)"),
]) }}

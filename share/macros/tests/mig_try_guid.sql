{{ mig_unexpected([
    (mig_try_guid("'6f9619ff-8b86-d011-b42d-00c04fc964ffxyz'"), "'6F9619FF-8B86-D011-B42D-00C04FC964FF'"),
    (mig_try_guid("'6f9619ff'"), none),
]) }}

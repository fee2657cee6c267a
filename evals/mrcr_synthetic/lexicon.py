"""Our own word lists: what is asked for, and what the texts are made of.

`QUALIFIERS` × `THINGS` gives 600 topics and `FORMATS` 10 formats, so 6,000 different asks; the
official data set is described as 10 formats over 438 topics.
"""

from __future__ import annotations

FORMATS: dict[str, str] = {
    "poem": "\n",
    "song": "\n",
    "riddle": " ",
    "letter": " ",
    "speech": " ",
    "fable": " ",
    "postcard": " ",
    "anecdote": " ",
    "diary entry": " ",
    "news item": " ",
}
"""Format → what stands between two sentences of it."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


QUALIFIERS = _words(
    "amber broken crooked dusty early empty folded gentle hidden hollow iron lonely narrow paper"
    " quiet rusty silver sleepy striped wooden"
)
THINGS = _words(
    "anchors barges beehives bridges candles clocks compasses cranes ferries flutes gardens"
    " harbours kettles kites ladders lanterns libraries lighthouses mirrors orchards owls pianos"
    " quilts rivers sundials tapirs teapots trams umbrellas windmills"
)
PEOPLE = _words(
    "archivist astronomer baker beekeeper blacksmith botanist butcher captain carpenter cellist"
    " chemist clerk cobbler composer courier dancer dentist diver doorman farmer fiddler fisher"
    " gardener geologist glazier judge juggler knitter locksmith mason mayor miller miner nurse"
    " organist painter pilot plumber poet postman potter printer ranger rower sailor sculptor"
    " shepherd surveyor tailor teacher tinker umpire usher weaver welder"
)
DEEDS = _words(
    "admired answered balanced borrowed buried carried chased cleaned copied counted described"
    " doubted examined followed forgot gathered guarded imitated inherited launched lifted"
    " loved measured mended missed mocked named noticed numbered opened ordered painted praised"
    " pursued questioned recalled rented repaired sketched sold studied swapped tested trusted"
    " unpacked visited warmed watched weighed welcomed"
)
MOVES = _words(
    "arrived bloomed bowed collapsed crumbled danced dozed drifted echoed faded fell flickered"
    " floated froze gleamed glided hesitated hummed leaned lingered listened melted nodded paused"
    " ripened rose rotated rustled sang settled shimmered shivered shrank slept sparkled spun"
    " stirred stumbled swayed trembled vanished waited wandered whispered woke yawned"
)
MANNERS = _words(
    "abruptly angrily anxiously awkwardly barely blindly boldly bravely briskly calmly carefully"
    " cheerfully clumsily coldly cruelly dreamily eagerly easily evenly faithfully fiercely firmly"
    " fondly freely gladly gracefully grimly happily hastily idly kindly lazily lightly loudly"
    " merrily neatly nervously oddly patiently politely proudly quickly rarely sadly shyly slowly"
    " softly solemnly steadily sternly strangely swiftly tenderly twice warmly wearily wildly"
)
OBJECTS = _words(
    "accordion almanac anvil apron atlas bagpipe banner barrel basket bellows blanket bottle"
    " bucket bugle button cabinet calendar camera carpet chalice chimney coin collar crate crown"
    " cushion drum easel envelope fan feather fountain gate glove goblet hammer harp hatbox"
    " hinge hourglass jar kennel ledger lever locket loom magnet map medal napkin needle notebook"
    " oar parcel pendulum plough pocket puppet pulley ribbon saddle satchel scarf shovel spindle"
    " spoon statue stool suitcase telescope thimble ticket towel trumpet valve vase violin wagon"
    " wallet whistle wreath"
)
LOOKS = _words(
    "ancient bitter blue bright bulky cheap chipped clean coarse costly cracked curved damp dark"
    " delicate dented dull elegant faded faint famous fragile fresh frozen golden greasy green"
    " heavy humble huge jagged knotted light lost loud lovely massive modest muddy mossy odd"
    " orange pale plain polished precious purple rare red rough round salty scarlet shabby sharp"
    " shiny simple slender smooth sour square stolen tangled tiny torn velvet warm white yellow"
)
PLACES = _words(
    "abbey airfield alley arcade attic bakery balcony barn bazaar boathouse brewery canal canyon"
    " castle cave cellar chapel circus cliff courtyard dairy desert dock dune embassy fairground"
    " farmyard foundry gallery glacier greenhouse gully hamlet hedge hillside hospital inn island"
    " jetty kitchen lagoon loft market marsh meadow mill monastery museum observatory palace"
    " pantry pasture pier plaza pond prairie quarry railway reef rooftop sawmill shore stable"
    " stadium station street temple theatre tower tunnel valley vineyard wharf workshop"
)
NEAR = _words("above across against around before behind below beneath beside beyond inside near")
TIMES = _words(
    "April August autumn bedtime breakfast Christmas dawn daybreak December dinner dusk Easter"
    " February Friday January July June lunchtime March May midnight midsummer midwinter Monday"
    " morning nightfall noon November October Saturday September spring summer Sunday sundown"
    " sunrise sunset supper Thursday Tuesday Wednesday winter"
)
